// fhir-kit-client does at the door what a program does; what it was answered goes to stdout as one JSON object.
import { CapabilityTool, Client } from "fhir-kit-client";

const { base, token, patient, practitioner, gone, words } = JSON.parse(process.argv[2]);
const client = new Client({ baseUrl: base, bearerToken: token });
const told = {};
const reference = (name, to) => ({ name, valueReference: { reference: to } });
const ask = (name, ...parameter) =>
  client.operation({
    name: `$${name}`, resourceType: "Appointment", input: { resourceType: "Parameters", parameter },
  });
const refused = async (asking) => {
  try {
    await asking;
    return "not refused";
  } catch (error) {
    const { status, data } = error.response; // IHE's operations answer a Bundle
    const [issue] = (data.issue ? data : data.entry[0].resource).issue;
    return `${status} ${issue.details.coding?.[0].code ?? issue.code}`;
  }
};

const statement = await client.capabilityStatement();
told.version = statement.fhirVersion;
told.searches = new CapabilityTool(statement).supportFor({ resourceType: "Appointment", capabilityType: "searchParam", where: { name: "patient" } });
told.tokenUrl = (await client.smartAuthMetadata()).tokenUrl;

told.pages = [];
const searchParams = { date: "2026-03-03", _count: 2 };
for (let page = await client.search({ resourceType: "Appointment", searchParams }); page; page = await client.nextPage({ bundle: page })) {
  told.pages.push(page.entry.map((one) => one.resource.start));
}
const form = { resourceType: "Patient", searchParams: { family: "okafor" }, options: { postSearch: true } };
told.byForm = (await client.search(form)).entry.map((one) => one.resource.id);
told.born = (await client.read({ resourceType: "Patient", id: patient })).birthDate;
told.resolved = (await client.resolve({ reference: `Patient/${patient}` })).resourceType;
told.gone = await refused(client.read({ resourceType: "Patient", id: gone }));

const found = await ask(
  "find",
  { name: "start", valueDateTime: "2026-03-04T13:00:00Z" }, { name: "end", valueDateTime: "2026-03-04T22:00:00Z" },
  { name: "visit-type", valueString: "follow-up" }, reference("patient-reference", `Patient/${patient}`),
  reference("practitioner", `Practitioner/${practitioner}`),
);
told.offered = found.total;
const [first, second] = found.entry.map((one) => one.resource);
const answered = await ask("book", reference("appointment-reference", `Appointment/${first.id}`));
const booked = answered.entry[0].resource;
told.booked = booked.status;

const visit = { resourceType: "Appointment", id: booked.id };
const jsonPatch = ["start", "end"].map((name) => ({ op: "replace", path: `/${name}`, value: second[name] }));
const moved = await client.patch({ ...visit, jsonPatch });
told.moved = moved.start === second.start && moved.meta.versionId;
const stale = { headers: { "If-Match": 'W/"1"' } };
told.stale = await refused(client.update({ ...visit, body: { ...moved, status: "cancelled" }, options: stale }));
told.cancelled = (await client.update({ ...visit, body: { ...moved, status: "cancelled" } })).status;
const { response } = Client.httpFor(await client.read(visit));
told.etag = response.headers.get("etag");
const comment = { name: "comment", valueString: words };
told.gate = await refused(ask("book", reference("appointment-reference", `Appointment/${second.id}`), comment));

process.stdout.write(JSON.stringify({ ...told, visit: booked.id }));
