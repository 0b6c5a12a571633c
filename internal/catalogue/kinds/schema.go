package kinds

import "encoding/json"

// js is a part of a JSON Schema.
type js = map[string]any

// JSONSchema is the JSON Schema (2020-12) of a kind's file, so that an editor offers the keys and marks what cannot be. It says
// less than Check does: it does not know whether a field that is named is there.
func JSONSchema() ([]byte, error) {
	text := js{"type": "string"}
	id := js{"type": "string", "pattern": idForm.String()}
	two := js{"type": "array", "items": js{"type": "string", "minLength": 1}, "minItems": 2, "maxItems": 2, "description": "[zh, en]"}
	yes := js{"type": "boolean"}
	whole := js{"type": "integer"}
	list := func(of js) js { return js{"type": "array", "items": of} }
	object := func(needed []string, properties js) js {
		return js{"type": "object", "additionalProperties": false, "required": needed, "properties": properties}
	}
	number := object([]string{"value", "basis"}, js{"value": js{"type": "integer", "minimum": 0}, "basis": text, "verified": yes})
	field := object([]string{"id", "zh", "en", "type", "group"}, js{
		"id": id, "zh": text, "en": text, "help": two, "type": js{"enum": Types}, "group": id,
		"need":      js{"enum": []string{"save", "publish"}, "description": "to save a draft, or to be published"},
		"need_when": object([]string{"field", "is"}, js{"field": id, "is": text}),
		"unit":      two, "step": js{"type": "integer", "minimum": 1, "maximum": decimalMax, "description": "digits after the point of a decimal"},
		"min": whole, "max": js{"type": "integer", "description": "of a number in its smallest step; of a text its characters"},
		"of":      list(object([]string{"code", "zh", "en"}, js{"code": text, "zh": text, "en": text, "parent": text})),
		"codes":   js{"type": "string", "description": "name of a list in codes/NAME.csv"},
		"open":    js{"type": "boolean", "description": "takes finer codes of six digits, too"},
		"private": js{"type": "boolean", "description": "shown to the owner and to offices only"},
		"facet":   js{"type": "boolean", "description": "counted beside the results of a search"},
		"weight":  js{"type": "integer", "minimum": 0, "maximum": weightMax, "description": "of its words in a search"},
		"also":    list(text),
	})
	root := object([]string{"id", "zh", "en", "title", "groups", "fields"}, js{
		"id": id, "zh": text, "en": text, "about": two, "order": whole, "do": list(js{"enum": Deeds}),
		"title": object([]string{"zh"}, js{"zh": id, "en": id}), "key": id, "place": id, "price": id,
		"price_for": object([]string{"per"}, js{"per": js{"enum": Pers, "description": "what the price is for; none: nobody who finds it pays it"},
			"hours": js{"type": "integer", "minimum": 1, "description": "with hour: how many hours the price is for"}, "academic": js{"type": "string", "pattern": idForm.String(), "description": "field with what universities pay"}}),
		"summary": list(id), "leaf": list(id),
		"asks":    object([]string{"want"}, js{"until": id, "want": list(id), "by": id, "for": js{"type": "object", "additionalProperties": list(id), "description": "code of the field by: kinds that answer it instead"}}),
		"refresh": number, "list_within": number, "list_from": id, "dcat": js{"enum": []string{"Dataset", "DataService", "Resource"}},
		"groups": list(object([]string{"id", "zh", "en"}, js{"id": id, "zh": text, "en": text})),
		"fields": js{"type": "array", "items": field, "minItems": 1, "maxItems": fieldsMax},
	})
	root["$schema"], root["title"] = "https://json-schema.org/draft/2020-12/schema", "Corridor kind of listing"
	b, err := json.MarshalIndent(root, "", "  ")
	return append(b, '\n'), err
}
