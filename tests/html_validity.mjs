// Reads {"address": "html", …} from stdin; writes every message as one line of a JSON list.
import { readFileSync } from "node:fs";
import { HtmlValidate, FileSystemConfigLoader } from "html-validate";

const pages = JSON.parse(readFileSync(0, "utf-8"));
const validator = new HtmlValidate(new FileSystemConfigLoader());
const found = [];
for (const [address, html] of Object.entries(pages)) {
  // The name only chooses the configuration file: .htmlvalidate.json at the root.
  const report = await validator.validateString(html, "page.html");
  for (const result of report.results) {
    for (const message of result.messages) {
      found.push(`${address}:${message.line}:${message.column} ${message.ruleId}: ${message.message}`);
    }
  }
}
process.stdout.write(JSON.stringify(found));
