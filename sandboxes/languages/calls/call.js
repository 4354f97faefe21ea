// Calls one function of the candidate's and reports its value; see README.md beside the declarations.
"use strict";
const fs = require("fs");
const path = require("path");
const vm = require("vm");
const { createRequire } = require("module");

const [SOURCE, CLASS_NAME, FUNCTION] = ["/program/main.js", "{{class_name}}", "{{function}}"];
const NUMBERS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;
const BY_TAG = {
  $tuple: (form) => form.map(decode),
  $set: (form) => new Set(form.map(decode)),
  $frozenset: (form) => new Set(form.map(decode)),
  $dict: (form) => new Map(form.map((pair) => pair.map(decode))),
  $float: (form) => ({ nan: NaN, inf: Infinity, "-inf": -Infinity })[form],
  $int: (form) => (form.startsWith("-") ? -BigInt("0x" + form.slice(1)) : BigInt("0x" + form)),
  $str: (form) => String.fromCodePoint(...form),
  $bytes: (form) => new Uint8Array(Buffer.from(form, "base64")),
};

class AttributeError extends Error {}

// Whole numbers that a Number cannot hold become BigInts.
function parse(text) {
  const isLarge = (token) => /^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token));
  const hex = (token) => BigInt(token).toString(16);
  return JSON.parse(text.replace(NUMBERS, (token) => (isLarge(token) ? `{"$int":"${hex(token)}"}` : token)));
}

function decode(form) {
  if (Array.isArray(form)) return form.map(decode);
  if (form === null || typeof form !== "object") return form;
  const [tag, ...others] = Object.keys(form);
  if (tag === undefined || others.length || !tag.startsWith("$"))
    return Object.fromEntries(Object.entries(form).map(([key, item]) => [key, decode(item)]));
  if (!(tag in BY_TAG)) throw new TypeError(`a value of kind ${tag} has no form in JavaScript`);
  return BY_TAG[tag](form[tag]);
}

// A Number is an int where it is whole and exact.
function number(value) {
  if (Number.isNaN(value)) return '{"$float":"nan"}';
  if (!Number.isFinite(value)) return value > 0 ? '{"$float":"inf"}' : '{"$float":"-inf"}';
  if (Object.is(value, -0)) return "0";
  return Number.isInteger(value) && !Number.isSafeInteger(value) && !/e/.test(value) ? value + ".0" : String(value);
}

function list(values) {
  return "[" + Array.from(values, encode).join(",") + "]";
}

function encode(value) {
  if (value === null || value === undefined) return "null";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") return number(value);
  if (typeof value === "bigint") return `{"$int":"${value.toString(16)}"}`;
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return list(value);
  if (value instanceof Set) return `{"$set":${list(value)}}`;
  const isPlain = [null, Object.prototype].includes(Object.getPrototypeOf(value));
  if (value instanceof Map || isPlain)
    return `{"$dict":${list(value instanceof Map ? value.entries() : Object.entries(value))}}`;
  return `{"$opaque":${JSON.stringify(value?.constructor?.name ?? typeof value)}}`;
}

// What the program calls by a name, or exports by it.
function named(name) {
  return name && `typeof ${name} !== "undefined" ? ${name} : module.exports?.${name}`;
}

// The program runs as a module of Node's own kind does; behind its last line it is asked for its names.
function required(text) {
  const module = { exports: {} };
  const found = `\n;return [${named(CLASS_NAME)}, ${named(FUNCTION)}, module.exports]`;
  const names = ["exports", "require", "module", "__filename", "__dirname"];
  const program = vm.compileFunction(text + found, names, { filename: SOURCE });
  const values = [module.exports, createRequire(SOURCE), module, SOURCE, "/program"];
  return program.apply(module.exports, values);
}

// One with `import` and `export`; what is called may be there and not exported.
async function imported(text) {
  const run = (file, source) => (fs.writeFileSync(file, source), import(path.resolve(file)));
  const exporting = `${text}\nexport { ${CLASS_NAME || FUNCTION} as harnessFound };`;
  const module = await run("exporting.mjs", exporting).catch((error) => {
    if (error instanceof SyntaxError) return run("program.mjs", text);
    throw error;
  });
  const found = module.harnessFound;
  return CLASS_NAME ? [found ?? module[CLASS_NAME], module[FUNCTION], module.default] : [, found ?? module[FUNCTION], module.default];
}

async function load() {
  const text = fs.readFileSync(SOURCE, "utf8");
  try {
    return required(text);
  } catch (error) {
    if (error instanceof SyntaxError && /'import'|import statement|'export'|import\.meta/.test(error.message)) return imported(text);
    throw error;
  }
}

// Where there is no such class, the plain function counts, as LeetCode has it for this language.
async function callee() {
  const [owner, plain, exported] = await load();
  const receiver = typeof owner === "function" ? new owner() : undefined;
  if (typeof receiver?.[FUNCTION] === "function") return receiver[FUNCTION].bind(receiver);
  for (const called of [plain, exported]) if (typeof called === "function" && called !== owner) return called;
  throw new AttributeError(`the program has no function ${CLASS_NAME && CLASS_NAME + "."}${FUNCTION}`);
}

function report(text, status) {
  for (let data = Buffer.from(text); data.length; ) data = data.subarray(fs.writeSync(3, data));
  process.exitCode = status;
}

async function main() {
  const form = parse(fs.readFileSync(0, "utf8"));
  try {
    const [args, kwargs] = decode(form);
    if (Object.keys(kwargs).length) throw new TypeError("JavaScript has no arguments by name");
    report(`{"returned":${encode(await (await callee())(...args))}}`, 0);
  } catch (error) {
    const [name, message] = [error?.constructor?.name ?? typeof error, error?.message ?? error];
    report(JSON.stringify({ raised: [String(name), String(message).slice(0, 2000)] }), 1);
  }
}

main();
