import { startGateway } from "../scenarios/gateway.ts";
import { answerFeatures } from "./answer-features.ts";
import {
  type AnswerFeature,
  type FacadeName,
  facadeNames,
  has,
  holds,
  type JsonObject,
  type RequestFeature,
} from "./feature.ts";
import { type Column, columns, nameOf, type Provider, startProvider } from "./provider.ts";
import { requestFeatures } from "./request-features.ts";
import { waysIn } from "./ways-in.ts";
import { plainAnswers } from "./wholes.ts";

/**
 * What becomes of a feature on one bridge. "reported": the answer says that it was dropped; "refused": the request fails
 * and says why; "lost": nobody is told, which must not be.
 */
export type Cell = "works" | "emulated" | "in part" | "reported" | "refused" | "nothing to say" | "lost";

export interface FeatureRow {
  readonly name: string;
  readonly cells: readonly Cell[];
  /** Why cells are lost, or in part: for whoever mends it. */
  readonly notes: readonly string[];
}

export interface FacadeTable {
  readonly facade: FacadeName;
  readonly requests: readonly FeatureRow[];
  readonly answers: readonly FeatureRow[];
}

export interface Matrix {
  /** Providers, by name. */
  readonly columns: readonly string[];
  readonly tables: readonly FacadeTable[];
}

interface Bridge {
  readonly url: string;
  readonly provider: Provider;
}

interface Asked {
  readonly status: number;
  readonly dropped: string;
  readonly emulated: string;
  readonly body: unknown;
  readonly text: string;
}

const providerKey = "sk-matrix";

/** Asks every feature of every provider through every facade, on a real gateway and over the network. */
export async function runMatrix(): Promise<Matrix> {
  const provider = await startProvider();
  const providers = columns.map((column) => [
    nameOf(column),
    {
      preset: column.preset,
      base_url: provider.url + (column.basePath ?? ""),
      keys: [column.key ?? providerKey],
      ...column.settings,
    },
  ]);
  const gateway = await startGateway({
    providers: Object.fromEntries(providers),
    ledger: { bodies: "off" },
    routing: { retries: 0, breaker: false },
  });
  try {
    const bridge: Bridge = { url: gateway.url, provider };
    const tables: FacadeTable[] = [];
    for (const facade of facadeNames) tables.push(await tableOf(bridge, facade));
    return { columns: columns.map(nameOf), tables };
  } finally {
    await gateway[Symbol.asyncDispose]();
    await provider.close();
  }
}

async function tableOf(bridge: Bridge, facade: FacadeName): Promise<FacadeTable> {
  const requests: FeatureRow[] = [];
  for (const feature of requestFeatures) {
    requests.push(await rowOf(feature.name, (column, notes) => requestCell(bridge, facade, feature, column, notes)));
  }
  const answers: FeatureRow[] = [];
  for (const feature of answerFeatures) {
    answers.push(await rowOf(feature.name, (column, notes) => answerCell(bridge, facade, feature, column, notes)));
  }
  return { facade, requests, answers };
}

async function rowOf(name: string, cell: (column: Column, notes: string[]) => Promise<Cell>): Promise<FeatureRow> {
  const cells: Cell[] = [];
  const notes: string[] = [];
  for (const column of columns) cells.push(await cell(column, notes));
  return { name, cells, notes };
}

async function ask({ url }: Bridge, facade: FacadeName, column: Column, asked: JsonObject): Promise<Asked> {
  const way = waysIn[facade];
  const model = `${nameOf(column)}/${column.model}`;
  const answer = await fetch(url + way.path(model), {
    method: "POST",
    headers: { "content-type": "application/json", ...way.headers },
    body: JSON.stringify(way.body(model, asked)),
  });
  const text = await answer.text();
  const header = (name: string): string =>
    decodeURI(answer.headers.get(name) ?? answer.headers.get(`trailer-${name}`) ?? "");
  return {
    status: answer.status,
    dropped: header("causeway-dropped"),
    emulated: header("causeway-emulated"),
    body: JSON.parse(text),
    text,
  };
}

async function requestCell(
  bridge: Bridge,
  facade: FacadeName,
  { name, asked, told }: RequestFeature,
  column: Column,
  notes: string[],
): Promise<Cell> {
  const wanted = asked[facade];
  if (wanted === undefined) return "nothing to say";
  bridge.provider.answer(plainAnswers);
  const { status, dropped, emulated, text } = await ask(bridge, facade, column, wanted);
  const at = `${name}, ${facade} to ${nameOf(column)}`;
  if (status !== 200) {
    notes.push(`${at}: ${status} ${text}`);
    return status === 400 ? "refused" : "lost";
  }
  const { dialect, body } = bridge.provider.asked;
  if (dialect === facade && dropped === "" && has(body, wanted)) return "works"; // relayed as it is
  const missing = told[dialect]?.filter((probe) => !holds(body, probe));
  const isTold = missing?.length === 0;
  if (emulated !== "" && dropped === "") return "emulated";
  if (isTold && dropped === "") return "works";
  notes.push(
    `${at}: dropped '${dropped}', missing ${JSON.stringify(missing?.map(String) ?? "a word for it")} in ${JSON.stringify(body)}`,
  );
  if (isTold) return "in part";
  return dropped === "" ? "lost" : "reported";
}

async function answerCell(
  bridge: Bridge,
  facade: FacadeName,
  { name, said, heard }: AnswerFeature,
  column: Column,
  notes: string[],
): Promise<Cell> {
  const probes = heard[facade];
  if (probes === undefined) return "nothing to say";
  bridge.provider.answer(said);
  const { status, body, text } = await ask(bridge, facade, column, {});
  if (said[bridge.provider.asked.dialect] === undefined) return "nothing to say";
  if (status === 200 && probes.every((probe) => holds(body, probe))) return "works";
  notes.push(`${name}, ${nameOf(column)} to ${facade}: ${status} ${text}`);
  return "lost";
}
