/** The app's half without a framework: what adapters are made of. */
export { createJudge, type Amendment, type Judge, type Judged } from './judge.ts';
export { createHearing, type Hearing } from './hear.ts';
export { fieldsOfHeaders, fieldsOfRaw } from './fields.ts';
export { SECRET_HEADER } from '../core/contract/tell.ts';
export { OptionError, type CsrfOptions, type HeaderNames, type Options, type SchemeSign, type Secret, type TrustEntry } from './options.ts';
export type { Asked, Heard } from './asked.ts';
export type { OwnAnswer } from './answers.ts';
export { settings, SettingsError, type FrameworkName, type FrameworkSettings, type Setting, type SettingsOptions, type SettingsProfile } from '../core/settings/index.ts';
