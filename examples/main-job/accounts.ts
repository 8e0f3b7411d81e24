/** What a coder says when it has written an answer, by the answer's folder. */
export const accounts: Readonly<Record<string, string>> = {
  T001: 'Wrote the guide: the layout as a table, then a change in five steps from test to commit.',
  T002: 'Collected ten samples, from the empty text to one long word. Lengths are those of the segmenter.',
  T003: 'Both functions use one segmenter. Counting does not keep the parts.',
  T004: 'One guard that returns the number it was given, or names it in a RangeError.',
  'T005.wrong': 'Counts graphemes and sets the ellipsis behind the cut.',
  T005: 'The ellipsis now counts towards the limit: room is what it leaves. A cut at a word no longer stops at leading space.',
  T006: 'Fills each line greedily. Words longer than a line are cut, and the indent takes from the width.',
  T007: 'Takes the longest start that all indents share, character by character, so tabs and spaces stay apart.',
  T008: 'Four properties over all samples and seven widths: bounds of both functions, no letter lost, stable when repeated.',
  T009: 'Decomposes, drops Latin accents only, spells out letters such as ß and ø, and keeps other scripts whole.',
  T010: 'Small words stay small except at the ends and after a colon; words with capitals inside are left alone.',
  T011: 'A table for irregular words, then the rules of spelling, most special first.',
  T012: 'Quotes only where needed; reading is one pass and names the column of broken quoting.',
  T013: 'Keeps one row of the table, of the shorter text. Texts are normalised first.',
  'T014.refused':
    'One pass over the template; values are put in by a function, so that nothing in them is special.',
  T014: 'Gave the function its doc comment and the values their exact type. Its behaviour is as before.',
  T015: 'The guide has a call and its result for every function, in the order of the stories.',
  T016: 'Kept the version and the types; added every function by name.',
};
