// An allow-list: each rule is here for a reason. The walls between the rooms are the point of this file.
import tseslint from 'typescript-eslint';

/** Rooms, left to right. A room imports from its own folder and from those to its left. */
const ROOMS = ['core', 'transport', 'certs', 'config', 'front', 'app', 'cli'];
const SIDE_BY_SIDE = new Set(['transport', 'certs', 'config']); // siblings: they know core, and not each other

const wall = (room) => {
  const at = ROOMS.indexOf(room);
  const forbidden = ROOMS.filter((other, i) => other !== room && (i > at || (SIDE_BY_SIDE.has(room) && SIDE_BY_SIDE.has(other))));
  if (room === 'app') forbidden.push('front', 'transport', 'certs', 'config');
  return {
    files: [`src/${room}/**/*.ts`],
    rules: {
      'no-restricted-imports': ['error', {
        patterns: [
          { regex: `^(\\.\\./)+(${forbidden.join('|')})/`, message: `src/${room} does not know that room (ARCHITECTURE.md, "The rooms").` },
          ...(room === 'core' ? [{ regex: '^(node:|bun)|^[a-z@]', message: 'core is pure TypeScript: bytes and values in, bytes and decisions out.' }] : []),
        ],
      }],
      ...(room === 'core' ? { 'no-restricted-globals': ['error', 'process', 'Buffer', 'setTimeout', 'setInterval', 'setImmediate', 'fetch', 'Bun'] } : {}),
    },
  };
};

/** Nothing here runs text: not through a shell, and not as code. A program is started by its name and a list of words (test/unit/no-eval.test.ts). */
const SHELL = 'Start a program by its name and a list of words: spawn(name, words). A shell would read what is in them.';
const CODE = 'No text is made code here.';
const noTextRuns = {
  files: ['src/**/*.ts'],
  rules: {
    'no-eval': 'error',
    'no-new-func': 'error',
    'no-implied-eval': 'error',
    'no-restricted-syntax': ['error',
      { selector: 'ImportDeclaration[source.value=/^(node:)?child_process$/] > ImportSpecifier[imported.name=/^exec(Sync)?$/]', message: SHELL },
      { selector: 'ImportDeclaration[source.value=/^(node:)?child_process$/] > :matches(ImportNamespaceSpecifier, ImportDefaultSpecifier)', message: SHELL },
      { selector: 'ImportExpression[source.value=/^(node:)?(child_process|vm)$/]', message: SHELL },
      { selector: 'CallExpression > ObjectExpression > Property[key.name="shell"]', message: SHELL },
      { selector: 'CallExpression[callee.name=/^(spawn|execFile)(Sync)?$/][arguments.0.value=/(^|\\/)(ba|da|z|k)?sh$/]', message: SHELL },
      { selector: 'ImportDeclaration[source.value=/^(node:)?vm$/]', message: CODE },
      { selector: 'MemberExpression[property.name="eval"]', message: CODE },
    ],
  },
};

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '**/*.py', 'examples/**', 'bench/results/**'] },
  {
    files: ['src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    languageOptions: { parser: tseslint.parser, parserOptions: { projectService: true } },
    plugins: { ts: tseslint.plugin },
    rules: {
      'ts/no-floating-promises': 'error', // a lost rejection takes the front down
      'ts/no-misused-promises': ['error', { checksVoidReturn: { arguments: false, attributes: false } }],
      'ts/await-thenable': 'error',
      'ts/no-explicit-any': 'error',
      'ts/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'ts/no-unnecessary-type-assertion': 'error',
      'ts/prefer-readonly': 'error',
      'eqeqeq': ['error', 'always'],
      'no-var': 'error',
      'prefer-const': 'error',
      'no-fallthrough': 'error',
      'no-implicit-coercion': ['error', { boolean: false }],
      'max-params': ['error', 4],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
    },
  },
  { files: ['test/**/*.ts', 'bench/**/*.ts'], rules: { 'ts/no-floating-promises': ['error', { allowForKnownSafeCalls: [{ from: 'package', name: ['test', 'it', 'describe', 'suite'], package: 'node:test' }] }], 'max-lines': 'off' } },
  ...ROOMS.map(wall),
  noTextRuns,
);
