// Runs the real scanner on sites that are on loopback, and prints what it says, a line of JSON each.
//
//   node peer.mjs FOLDER-OF-THE-SCANNER < sites.json
//
// Nothing of the scanner is replaced: only where its connections lead. Standard input is
// {"plain": PORT, "secure": PORT, "sites": [{"host", "plain", "secure"}]}; a port of a site's own comes first.
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { pathToFileURL } from "node:url";

const input = JSON.parse(fs.readFileSync(0, "utf8"));
const sites = new Map(input.sites.map((site) => [site.host, site]));

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...given) {
  const options = Array.isArray(given[0]) ? given[0][0] : given[0];
  const kind = { 80: "plain", 443: "secure" }[options?.port];
  if (kind) {
    const site = sites.get(options.host) ?? input;
    options.port = site[kind];
    options.host = "127.0.0.1";
  }
  return connect.apply(this, given);
};

const from = (file) => import(pathToFileURL(path.join(process.argv[2], "src", file)).href);
const { scan } = await from("scanner/index.js");
// Later versions take a site, this one the name of a host.
const { Site } = await from("site.js").catch(() => ({}));

async function told(host) {
  try {
    const { scan: sum, tests } = await scan(Site ? Site.fromSiteString(host) : host);
    const results = Object.entries(tests).map(([name, test]) => [
      name,
      { result: test.result, pass: test.pass, score_modifier: test.scoreModifier },
    ]);
    return { host, grade: sum.grade, score: sum.score, tests: Object.fromEntries(results) };
  } catch (error) {
    return { host, error: error.message };
  }
}

const waiting = [...sites.keys()];
const worker = async () => {
  for (let host = waiting.shift(); host; host = waiting.shift()) {
    const line = await told(host);
    process.stdout.write(JSON.stringify(line) + "\n");
  }
};
await Promise.all(Array.from({ length: 8 }, worker));
