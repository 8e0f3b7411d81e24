import { describe, expect, it } from 'vitest';
import { estimateTokens, textTokens } from './estimate-tokens.ts';

/** Texts of our own, with their length in tokens of `o200k_base`. */
const COUNTED: readonly (readonly [string, number, string])[] = [
  [
    'English',
    78,
    'The overseer splits a goal into tasks that a language model can finish in one go. Every task carries its own checks, and nothing counts as done until they pass. When a check fails, the next attempt is told why, so that the same mistake is not made twice. If a model keeps failing, another one takes over; if all of them fail, a person is asked.',
  ],
  [
    'TypeScript',
    109,
    "export function admit(state: LimitState, nowMs: number): Admission {\n  if (state.circuitOpen) return { kind: 'refuse', because: 'circuit-open' };\n  if (state.nextSlotMs > nowMs) return { kind: 'wait', untilMs: state.nextSlotMs };\n  for (const limit of state.limits) {\n    if (limit.used + limit.held >= limit.capacity) return { kind: 'never' };\n  }\n  return { kind: 'run' };\n}\n",
  ],
  [
    'JSON',
    74,
    '{"tasks":[{"key":"parse","title":"Read the file","needs":[],"files":["src/parse.ts"],"priority":2},{"key":"check","title":"Check every line","needs":["parse"],"files":["src/check.ts","src/check.test.ts"],"priority":1}],"budget":{"usd":1.5,"tokens":250000}}',
  ],
  [
    'a log',
    68,
    '2026-03-04T10:15:32.123Z INFO call.finished model=coder-a tokens=1832 cost=0.0041 ms=2310\n2026-03-04T10:15:33.004Z WARN limit.learned remaining=3 resetAt=1772619360000\n',
  ],
  [
    'German',
    61,
    'Die Aufgabe wird in kleine Schritte zerlegt, die ein Sprachmodell ausführen kann. Jeder Schritt hat ein klares Ziel, eine Prüfung und eine Grenze für die Kosten. Wenn eine Prüfung fehlschlägt, wird der Grund dem nächsten Versuch mitgegeben, damit derselbe Fehler nicht zweimal geschieht.',
  ],
  [
    'French',
    63,
    "La tâche est découpée en petites étapes qu'un modèle de langue peut exécuter. Chaque étape possède un objectif clair, une vérification et une limite de coût. Lorsqu'une vérification échoue, la raison est transmise à la tentative suivante afin que la même erreur ne se répète pas.",
  ],
  [
    'Russian',
    63,
    'Задача разбивается на небольшие шаги, которые может выполнить языковая модель. У каждого шага есть ясная цель, проверка и предел стоимости. Если проверка не пройдена, причина передаётся следующей попытке, чтобы одна и та же ошибка не повторилась дважды.',
  ],
  [
    'Chinese',
    59,
    '任务被分解为语言模型可以执行的小步骤。每个步骤都有明确的目标、检查和成本上限。如果检查失败，原因会交给下一次尝试，以免同样的错误发生两次。结果只有在通过所有检查之后才会被接受。',
  ],
  [
    'Japanese',
    78,
    '作業は言語モデルが実行できる小さな手順に分けられます。それぞれの手順には明確な目標と検査と費用の上限があります。検査に失敗した場合は、同じ誤りが二度起きないように、その理由が次の試みに渡されます。',
  ],
  [
    'Korean',
    58,
    '작업은 언어 모델이 실행할 수 있는 작은 단계로 나뉩니다. 각 단계에는 명확한 목표와 검사와 비용 한도가 있습니다. 검사에 실패하면 같은 오류가 두 번 일어나지 않도록 그 이유가 다음 시도에 전달됩니다.',
  ],
  [
    'Arabic',
    50,
    'تُقسم المهمة إلى خطوات صغيرة يستطيع نموذج لغوي تنفيذها. لكل خطوة هدف واضح وفحص وحد للتكلفة. وعندما يفشل الفحص يُعطى السبب للمحاولة التالية حتى لا يتكرر الخطأ نفسه مرتين.',
  ],
];

describe('the estimate of tokens', () => {
  it.each(COUNTED)('M12: %s is within the stated bound', (name, tokens, text) => {
    const familiar = ['English', 'TypeScript', 'JSON', 'a log'].includes(name);
    const ratio = textTokens(text) / tokens;
    expect(ratio).toBeGreaterThan(familiar ? 0.8 : 0.9);
    expect(ratio).toBeLessThan(familiar ? 1.25 : 1.4);
  });

  it('M12: counts everything that a request sends', () => {
    const text = { type: 'text' as const, text: 'Read the file.' };
    const bare = { messages: [{ role: 'user' as const, parts: [text] }] };
    const input = { type: 'object', properties: { path: { type: 'string' } } };
    const base = estimateTokens(bare);
    expect(estimateTokens({ ...bare, tools: [{ name: 'read', input }] })).toBeGreaterThan(
      base + 12,
    );
    expect(estimateTokens({ ...bare, output: { type: 'json', schema: input } })).toBeGreaterThan(
      base,
    );
    const image = { type: 'file' as const, mediaType: 'image/png', data: 'AAAA' };
    expect(estimateTokens({ messages: [{ role: 'user', parts: [text, image] }] })).toBe(
      base + 1600,
    );
    const call = { type: 'tool-call' as const, id: '1', name: 'read', input: { path: 'a.ts' } };
    const result = { type: 'tool-result' as const, id: '1', name: 'read', output: 'const a = 1;' };
    const more = [
      { role: 'assistant' as const, parts: [call] },
      { role: 'tool' as const, parts: [result] },
    ];
    expect(estimateTokens({ messages: [...bare.messages, ...more] })).toBeGreaterThan(base + 20);
  });

  it('M12: grows with the text and is 0 for none', () => {
    expect(textTokens('')).toBe(0);
    expect(textTokens('word '.repeat(1000)) / textTokens('word '.repeat(100))).toBeCloseTo(10, 0);
  });
});
