package catalogue

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"corridor/internal/catalogue/kinds"
)

// FuzzFieldsAreReadAsJSONSays holds the short way of reading kept fields against the library: what is read is the same, and what the
// library refuses is refused.
func FuzzFieldsAreReadAsJSONSays(f *testing.F) {
	for _, text := range []string{`{}`, `{"a":"b"}`, `{"a":"b","c":""}`, `{"a":"\u003cb\u003e"}`, `{"a":"b\"c"}`, `{"a":"b\nc\\n"}`, `{"a":"b\nc"}`, `{"a\n":"b"}`, `{"a":"b",}`, `{"a":"b"} `, `{"a": "b"}`,
		`{"a":"b""c":"d"}`, `{"a":1}`, `{"a":"b"`, `{"a","b":"c"}`, `{"名":"值"}`, `{"a":"b","a":"c"}`, "{\"a\":\"b\nc\"}", `{"a":"":"b"}`, "{\"a\":\"\xff\"}"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if text == "" {
			return
		}
		var want kinds.Fields
		refused := json.NewDecoder(strings.NewReader(text)).Decode(&want)
		got, err := readFields(text)
		if (err != nil) != (refused != nil) || err == nil && !maps.Equal(got, want) {
			t.Fatalf("%q: read %v (%v), the library says %v (%v)", text, got, err, want, refused)
		}
	})
}

func BenchmarkReadFields(b *testing.B) {
	text := fieldsText(kinds.Fields{"name_zh": "场发射扫描电子显微镜", "name_en": "Field emission scanning electron microscope", "own_no": "DEMO-0001", "region": "340100",
		"method": "scanning", "modes": "remote\nonsite", "price_fen": "120000", "unit": "hour", "lead_days": "5", "contact": "lab@example.org"})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := readFields(text); err != nil {
			b.Fatal(err)
		}
	}
}
