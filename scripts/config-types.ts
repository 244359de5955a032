/**
 * Writes src/config/types.ts from the one schema: `npm run docs`. What the schema says of a key is then what an editor
 * shows of it, and whoever writes a configuration need not load the schema's library to have it checked.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configJsonSchema } from '../src/config/schema/schema.ts';

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly const?: string | number | boolean;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
}

/** The text of src/config/types.ts. */
export function configTypes(): string {
  const whole = configJsonSchema() as Schema;
  const site = whole.properties!['sites']!.items!;
  const route = site.properties!['routes']!.additionalProperties as Schema;
  const upstream = route.properties!['upstream']!;
  const { guards, maintenance, pages, clientCertificates, compress } = site.properties!;
  const parts = [
    ['What a configuration file holds, as it is written.', 'Config', whole],
    ['One of several sites.', 'SiteConfig', site],
    ['What serves one path prefix.', 'RouteConfig', route],
    ['How an app is reached.', 'UpstreamConfig', upstream],
    ['Who may come to a path prefix.', 'GuardConfig', objectOf(guards!.additionalProperties as Schema)],
    ['A site that is closed for a while.', 'MaintenanceConfig', objectOf(maintenance!)],
    ['Pages of your own in the place of the front\'s.', 'PagesConfig', objectOf(pages!)],
    ['Clients that are asked for a certificate.', 'ClientCertificatesConfig', objectOf(clientCertificates!)],
    ['How answers are compressed.', 'CompressConfig', objectOf(compress!)],
  ] as const;
  const names = new Map(parts.map(([, name, schema]) => [shapeOf(schema), name]));
  return ['// Written by `npm run docs` from schema.ts; change it there.\n', ...parts.map(([what, name, schema]) => `/** ${what} */\nexport interface ${name} ${members(schema, '', names)}\n`)].join('\n');
}

/** What can be written as an object where other things can be written too. */
const objectOf = (schema: Schema): Schema => (schema.properties !== undefined ? schema : schema.anyOf!.find(({ properties }) => properties !== undefined)!);

/** The same wherever it stands, whatever is said of it there. */
const shapeOf = ({ description: _, ...shape }: Schema): string => JSON.stringify(shape);

function members(schema: Schema, indent: string, names: ReadonlyMap<string, string>): string {
  const inner = `${indent}  `;
  const lines = Object.entries(schema.properties!).flatMap(([key, value]) => {
    const optional = schema.required?.includes(key) !== true;
    const type = typeText(value, inner, names);
    return [
      ...(value.description === undefined ? [] : [`${inner}/** ${value.description.replaceAll('*/', '*\\/')} */`]),
      `${inner}readonly ${key}${optional ? '?' : ''}: ${type}${optional ? ' | undefined' : ''};`,
    ];
  });
  return `{\n${lines.join('\n')}\n${indent}}`;
}

function typeText(schema: Schema, indent: string, names: ReadonlyMap<string, string>): string {
  const named = names.get(shapeOf(schema));
  if (named !== undefined) return named;
  if (schema.enum !== undefined) return schema.enum.map((value) => `'${value}'`).join(' | ');
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map((one) => typeText(one, indent, names)))].join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const).replaceAll('"', "'");
  switch (schema.type) {
    case 'string': case 'boolean': return schema.type;
    case 'integer': case 'number': return 'number';
    case 'array': {
      const item = typeText(schema.items!, indent, names);
      return `readonly ${item.includes(' | ') ? `(${item})` : item}[]`;
    }
    case 'object': return schema.properties !== undefined ? members(schema, indent, names) : `Readonly<Record<string, ${typeText(schema.additionalProperties as Schema, indent, names)}>>`;
    default: throw new Error(`no type for ${JSON.stringify(schema)}`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(new URL('../src/config/types.ts', import.meta.url), configTypes());
