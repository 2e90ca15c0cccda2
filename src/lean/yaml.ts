// The home of YAML as the Worker writes it: JSON is YAML too, and 48 KB of writer need not be carried for one address.

export default { dump: (value: unknown): string => JSON.stringify(value, null, 2) };
