/** Lines of `sh` blocks that are not run here, each with the file that does run it or what it stands for. */
export const elsewhere: ReadonlyMap<string, string> = new Map([
  ['npm ci && npm test', '.ci/run'],
  ['npm ci && npm start', 'examples/main-job/main.test.ts'],
  ['npm install @overseer/core', 'scripts/packed.test.ts'],
  ['npm install @overseer/adapters', 'scripts/packed.test.ts'],
  ['npm install @overseer/frameworks', 'scripts/packed.test.ts'],
  ['npm install @overseer/storage', 'scripts/packed.test.ts'],
  ['npm install --save-dev @overseer/cli', 'scripts/packed.test.ts'],
  ['npm install @overseer/core @overseer/adapters @overseer/storage', 'scripts/packed.test.ts'],
  ['npm install openai @anthropic-ai/sdk', 'scripts/packed.test.ts'],
  ['npm install openai', 'scripts/packed.test.ts'],
  ['npm install @anthropic-ai/sdk', 'scripts/packed.test.ts'],
  ['npm run bench -- call --peers', 'bench/commands.test.ts'],
  ['npm run evals -- routing --data routellm_mmlu_dev.jsonl.gz', 'bench/evals/routing.test.ts'],
  ['npm run evals -- savings --data routing', 'bench/evals/savings.test.ts'],
  ['npm run bench -- growth --peers', 'bench/commands.test.ts'],
  ['cp deploy/.env.example deploy/.env', 'deploy/recipes.test.ts'],
  [
    'docker compose --file deploy/compose.yaml --profile ollama up --detach --build',
    'deploy/recipes.test.ts',
  ],
  ['docker compose --file deploy/compose.yaml run --rm command status', 'deploy/stack.test.ts'],
  [
    'docker compose --file deploy/compose.yaml up --detach --scale worker=4',
    'deploy/recipes.test.ts',
  ],
  [
    'docker compose --file deploy/compose.yaml run --rm command run "Compare three ways to store a queue." --base-url http://ollama:11434 --model ollama:llama3.1:8b',
    'deploy/stack.test.ts',
  ],
  ['kubectl create namespace overseer', 'deploy/recipes.test.ts'],
  [
    'kubectl --namespace overseer create secret generic overseer --from-literal=POSTGRES_PASSWORD="$(openssl rand -hex 24)" --from-literal=OVERSEER_KEYS="$(date +%Y-%m):$(openssl rand -base64 32)"',
    'deploy/recipes.test.ts',
  ],
  [
    'openssl req -x509 -newkey rsa:3072 -nodes -days 825 -subj /CN=postgres -addext subjectAltName=DNS:postgres -keyout tls.key -out tls.crt',
    'deploy/stack.test.ts',
  ],
  [
    'kubectl --namespace overseer create secret tls database-tls --cert tls.crt --key tls.key',
    'deploy/recipes.test.ts',
  ],
  ['docker compose --file deploy/compose.yaml run --rm command master-key', 'deploy/stack.test.ts'],
  ['docker compose --file deploy/compose.yaml run --rm command seal', 'deploy/stack.test.ts'],
  ['kubectl apply --kustomize deploy/kubernetes', 'deploy/recipes.test.ts'],
  ['kubectl --namespace overseer scale deployment worker --replicas 8', 'deploy/recipes.test.ts'],
  [
    'overseer backup s3://backups/team/one --watch',
    'packages/cli/src/commands/backup-to-bucket.test.ts',
  ],
  ['overseer drill s3://backups/team/one', 'packages/cli/src/commands/backup-to-bucket.test.ts'],
  [
    'overseer restore s3://backups/team/one --key .overseer/key.secret --journal .overseer/restored/journal.db',
    'packages/cli/src/commands/backup-to-bucket.test.ts',
  ],
]);
