package log

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/gowebpki/jcs"
	"pgregory.net/rapid"

	"corridor/internal/unit"
)

// fieldsOf draws what a scheme may publish: texts of any script, exact integers, yes or no, nothing, lists, and objects in it.
func fieldsOf(depth int) *rapid.Generator[map[string]any] {
	values := []*rapid.Generator[any]{
		rapid.String().AsAny(), rapid.Int64Range(-exactMax, exactMax).AsAny(), rapid.Bool().AsAny(), rapid.Just[any](nil),
		rapid.SliceOfN(rapid.Int64Range(-9, 9).AsAny(), 0, 3).AsAny(),
	}
	if depth > 0 {
		values = append(values, fieldsOf(depth-1).AsAny())
	}
	return rapid.MapOfN(rapid.String(), rapid.OneOf(values...), 0, 6)
}

// A leaf is composed by hand, which is fast; the library of RFC 8785 must find nothing to change.
func TestALeafIsCanonicalJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		leaf := Leaf{Kind: "voucher.paid", Day: unit.Date(2026, time.March, 2), Fields: fieldsOf(2).Draw(t, "fields"), Object: "case/1"}
		if rapid.Bool().Draw(t, "with a record") {
			leaf.Record = []byte("a record")
		}
		p, err := prepare(leaf, time.Date(2026, time.March, 2, 1, 2, 3, 4000, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range [][]byte{p.Leaf, private(p.ID, p.At, p.Object), p.Fields} {
			want, err := jcs.Transform(b)
			if err != nil {
				t.Fatalf("%s: %v", b, err)
			}
			if string(want) != string(b) {
				t.Fatalf("got\n%s\nwant\n%s", b, want)
			}
		}
		got, err := readLeaf(p.Leaf)
		if err != nil || got.Kind != leaf.Kind || got.Day != leaf.Day || string(got.Fields) != string(p.Fields) || (got.Record != "") != (leaf.Record != nil) {
			t.Fatalf("%s is read as %+v, %v", p.Leaf, got, err)
		}
		var back map[string]any
		if err := json.Unmarshal(got.Fields, &back); err != nil || len(back) > len(leaf.Fields) {
			t.Fatalf("%s: %v", got.Fields, err)
		}
	})
}

func TestNumbersThatAReaderMightRoundAreRefused(t *testing.T) {
	for _, v := range []any{1.5, 1e21, int64(exactMax + 1), int64(-exactMax - 1), uint64(1) << 63, []any{map[string]any{"a": 0.1}}} {
		if b, err := canonical(map[string]any{"x": v}); err == nil {
			t.Errorf("%v became %s", v, b)
		}
	}
	for _, v := range []any{int64(exactMax), int64(-exactMax), 0, 7.0, "1.5", "a\"1.5", `\`, map[string]any{"1.5": "\\\"2.5"}} {
		if b, err := canonical(map[string]any{"x": v}); err != nil {
			t.Errorf("%v: %s, %v", v, b, err)
		}
	}
}
