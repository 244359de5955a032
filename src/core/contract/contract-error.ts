/**
 * A configuration that would let the truth be forged, or that cannot be understood. Thrown while something is compiled,
 * never while a request is served; the message names what was seen, what was expected and what to write instead.
 */
export class ContractError extends Error {
  /** Which setting is wrong. */
  readonly setting: ContractSetting;
  /** The entry that is wrong, as it was written. */
  readonly entry: string;

  constructor(setting: ContractSetting, entry: string, message: string) {
    super(message.replace(/[\x00-\x1f\x7f]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)); // one line, whatever the entry holds
    this.name = 'ContractError';
    this.setting = setting;
    this.entry = entry;
  }
}

export type ContractSetting = 'trust' | 'trust-header' | 'tell' | 'speaks' | 'allow-header';
