package scheme

import (
	"encoding/json"
	"fmt"
	"strings"
)

// js is a part of a JSON Schema.
type js = map[string]any

// SchemaFiles are the files that have a JSON Schema.
var SchemaFiles = []string{"scheme", "form", "tests"}

// JSONSchema is the JSON Schema (2020-12) of scheme.yaml, form.yaml or tests.yaml, so that an editor offers the keys
// and marks what cannot be. It says less than Check does: it knows no names, no units in expressions and no proof.
func JSONSchema(file string) ([]byte, error) {
	var root js
	switch file {
	case "scheme":
		root = schemeSchema()
	case "form":
		root = formSchema()
		root["properties"].(js)["extends"] = described(text(), "the shared layer, the same as in scheme.yaml")
	case "tests":
		root = testsSchema()
		root["properties"].(js)["extends"] = described(text(), "the shared layer, the same as in scheme.yaml")
	default:
		return nil, fmt.Errorf("no schema for %s", file)
	}
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "Corridor " + file + ".yaml"
	b, err := json.MarshalIndent(root, "", "  ")
	return append(b, '\n'), err
}

const (
	patternName     = `^[a-z][a-z0-9_]{0,39}$`
	patternDuration = `^([0-9]{1,5} (wd|d|h|y)|[0-9]{4}-[0-9]{2}-[0-9]{2}|every .+)$`
	patternMoney    = `^(hold [a-z0-9_]+ from [a-z0-9_]+ as [a-z0-9_]+|capture (next )?[a-z0-9_]+ of [a-z0-9_]+ to [a-z0-9_]+(, last)?|release [a-z0-9_]+|post (this )?[a-z0-9_]+ from [a-z0-9_]+ to [a-z0-9_]+|post rest of [a-z0-9_]+ to [a-z0-9_]+)$`
	patternSlot     = `^(hold|confirm|release) [a-z0-9_]+$`
	patternLabel    = `^(issue [a-z0-9_]+ to [a-z0-9_.]+( for [a-z0-9_]+)?|renew [a-z0-9_]+( for [a-z0-9_]+)?|revoke [a-z0-9_]+)$`
)

func text() js                   { return js{"type": "string"} }
func matching(pattern string) js { return js{"type": "string", "pattern": pattern} }
func yesNo() js                  { return js{"type": "boolean"} }
func oneOf(words ...string) js   { return js{"enum": words} }
func listOf(of js) js            { return js{"type": "array", "items": of} }
func names() js                  { return listOf(text()) }
func oneOrMore() js              { return js{"anyOf": []any{text(), listOf(text())}} }
func anything() js               { return js{} }
func described(schema js, words string) js {
	schema["description"] = words
	return schema
}

// words are [zh, en]; YAML parts the English at its commas.
func words() js {
	return js{"type": "array", "items": text(), "minItems": 2, "description": "[zh, en]"}
}

// object has exactly the keys that the decoder knows; a key without a schema of its own can be anything.
func object(keys string, props js, required ...string) js {
	out := js{}
	for _, k := range strings.Fields(keys) {
		if p, ok := props[k]; ok {
			out[k] = p
		} else {
			out[k] = anything()
		}
	}
	o := js{"type": "object", "additionalProperties": false, "properties": out}
	if len(required) > 0 {
		o["required"] = required
	}
	return o
}

// table is a section: names with entries of one form.
func table(of js) js {
	return js{"type": "object", "propertyNames": matching(patternName), "additionalProperties": of}
}

// schemesTable is a table whose names are ids of schemes.
func schemesTable(of js) js {
	return js{"type": "object", "propertyNames": matching(`^[a-z][a-z0-9-]{0,59}$`), "additionalProperties": of}
}

func schemeSchema() js {
	day := matching(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)
	line := js{"anyOf": []any{matching(patternMoney), listOf(matching(patternMoney))}}
	return object(schemeKeys, js{
		"scheme": described(matching(`^[a-z][a-z0-9-]{0,59}$`), "id, the same in all layers"), "title": words(), "extends": described(text(), "path of the shared layer"),
		"parent": described(text(), "scheme under whose cases these live"), "jurisdiction": described(matching(`^[0-9]{6}$`), "six digits of GB/T 2260, quoted"),
		"edition": js{"type": []string{"string", "number"}}, "in_force": js{"type": "array", "items": day, "minItems": 2, "maxItems": 2},
		"sources": table(object(sourceKeys, js{"title": text(), "doc": text(), "url": text()})),
		"params": table(object(paramKeys, js{"choices": names(), "by": text(), "basis": text(), "verified": yesNo(),
			"value": described(anything(), "30 yuan, 50%, 12, 10 wd, 180 d, 24 h, 4 y, 2026-05-31, every 12-31, a text, a list or a table of one kind")}, "value", "verified")),
		"rules": table(object(ruleKeys, js{"when": described(text(), "CEL"), "ask": described(text(), "role whose officer answers"), "look": described(names(), "fields shown beside the question"), "basis": text(),
			"verified": yesNo(), "zh": text(), "en": text()}, "zh", "en")),
		"amounts": table(object(amountKeys, js{"at": text(), "is": described(text(), "CEL that gives money"), "split": text(), "by": text()}, "at")),
		"roles":   table(object(roleKeys, js{"party": text(), "desk": text(), "seat": text(), "anyone": yesNo(), "at": text()})),
		"stages":  listOf(described(js{"type": "array", "items": text(), "minItems": 3, "maxItems": 5}, "[from, action, to, who, clock]; [from, action, none] removes a row of the layer")),
		"ends":    table(oneOf("granted", "refused", "ended")), "pauses": table(text()), "times": table(text()), "overdue": text(),
		"needs": table(names()), "separate": listOf(js{"type": "array", "items": text(), "minItems": 2, "maxItems": 2}),
		"accounts": table(object(accountKeys, js{"budget": text(), "limit": text(), "own": text(), "parent": text(), "out": text(),
			"opens_with": text(), "lent_to": text(), "by": text()})),
		"money": js{"type": "object", "additionalProperties": line},
		"slots": described(js{"type": "object", "additionalProperties": js{"anyOf": []any{matching(patternSlot), listOf(matching(patternSlot))}}}, "action or a|b|c: hold F, confirm F or release F, of a field of type slot"),
		"asks":  table(object(askKeys, js{"opened_by": text(), "seats": text(), "within": text(), "instead": text(), "drop": text(), "fee": text(), "again": oneOf("failed"), "must": described(table(names()), "verdict or code: the answers that have to come with it"), "order": described(text(), "the answer by which those that are in stand side by side, the smallest first"), "draw": object(drawKeys, js{"conflicts": names()})}, "opened_by", "within")),
		"lead":  described(object(leadKeys, js{"sum": text(), "says": table(oneOf(PayerStates...))}, "sum", "says"), "what a payer's case tells the case that it lives under"),
		"round": object(roundKeys, js{"returns": described(object(returnsKeys, js{"of": text(), "for": text(), "sum": text(), "below": text(), "above": text()}, "of", "for", "sum", "below", "above", "zh", "en"),
			"what each payer of the case above gets back of what it paid in")}),
		"starts": object(startKeys, js{"where": names()}),
		"demand": described(object(demandKeys, js{"in": names(), "type": oneOf(DemandTypes...), "title": text(), "text": oneOrMore(), "targets": oneOrMore(), "fields": oneOrMore(), "industry": text(), "region": text(), "budget": text(),
			"fills": described(text(), "field of type org that the choice of an answer fills")}, "in", "type", "title", "text", "fields"), "the stages in which a case stands among the needs of the catalogue, and the fields that say what is needed"),
		"cases":  table(object(caseKeys, js{"scheme": text(), "opened_by": text(), "one_for": text(), "payer": described(text(), "column of type region: whose jurisdiction runs the case"), "for": text(), "sum": text(), "lets_go": text(), "started_by": text(), "in": names()}, "scheme")),
		"labels": table(js{"anyOf": []any{matching(patternLabel), listOf(matching(patternLabel))}}), "sealed": table(text()), "joins": table(js{"anyOf": []any{text(), object(joinKeys, js{"field": text(), "in": described(names(), "stages in which a case may be joined"), "adds": described(text(), "field of type orgs to which the organisation is added")}, "field")}}), "amends": described(table(object(amendKeys, js{"list": text(), "joins": text(), "leaves": text()}, "list")), "action of a desk: the field of organisations that it changes, and the fields that name who joins and leaves"), "see": table(object(seeKeys, js{"only": names(), "if": text()}, "only")),
		"publish": table(object(publishKeys, js{"leaf": text(), "shows": names()}, "leaf", "shows")),
		"figures": described(table(object(figureKeys, js{"leaf": text(), "sum": text(), "zh": text(), "en": text(), "unit": words()}, "leaf", "zh", "en")), "what is counted of the public entries, and stands on the page of figures"),
		"letters": described(table(object(letterKeys, js{"zh": text(), "en": text()}, "zh", "en")), "action: what the letter of that decision says; {name} is filled in"),
		"group":   text(), "fixed": names(), "migrate": object(migrateKeys, js{"from": text(), "fields": table(text())}),
		"words": table(words()), "form": formSchema(), "tests": testsSchema(),
	}, "scheme")
}

func formSchema() js {
	field := object(fieldKeys, js{"type": oneOf(sortedKeys(fieldTypes)...), "by": text(), "zh": text(), "en": text(), "of": names(), "list": text(),
		"from": text(), "once": text(), "public": js{"enum": []any{true, false, "region"}}, "shown_when": text(), "editable": js{"type": "boolean"}, "partner": js{"type": "boolean"}, "price": described(text(), "of a slot: the field of money that its price fills"),
		"to": described(names(), "of a disclosure: the roles that read it"), "until": described(text(), "of a disclosure: the param that says how long, from the act that makes it"),
		"shows": described(object(factsKeys, js{"labels": yesNo(), "paid": names(), "contracts": schemesTable(object(dealKeys, js{"in": names(), "with": text(), "sum": text()}, "in"))}), "of a disclosure: the facts of the organisation that it holds")}, "type", "zh", "en")
	return object(formKeys, js{"sections": listOf(object(sectionKeys, js{"words": words(), "fields": table(field)}, "words"))})
}

func testsSchema() js {
	name := described(anything(), "a name; a comma in it is kept")
	verdict := object(verdictKeys, js{"name": name, "at": text(), "with": anything(), "want": matching(`^(pass|(fail|unknown|manual) [a-z0-9_]+)$`)}, "name", "at", "want")
	verdict["additionalProperties"] = true // a name with commas in it is parted by YAML
	run := object(runKeys, js{"name": name, "do": listOf(anything()), "ends": text(), "refused": text()}, "name", "do")
	run["additionalProperties"] = true
	return object(testsKeys, js{"given": anything(), "params": anything(), "verdicts": listOf(verdict), "runs": listOf(run)})
}
