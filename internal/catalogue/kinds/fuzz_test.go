package kinds_test

import (
	"testing"

	"corridor/internal/catalogue/kinds"
	"corridor/internal/fault"
)

// FuzzCell: what somebody types into a field is a value, is empty, or is refused in words beside its field; a value that is read again is the
// same, and is shown in both languages.
func FuzzCell(f *testing.F) {
	set, err := kinds.Load(kinds.Files)
	if err != nil {
		f.Fatal(err)
	}
	k, _ := set.Of("instrument")
	for _, s := range []string{"冷冻电镜", "5300万元", "1e400", "-0", "２０２１年９月", "2021-02-30", "是", "正常;4", "010101", "http://a\x00b", "+86 21-0", "\xff", "0.0000001", "9223372036854775808", "{}<script>", "310115", "、、", "a@b"} {
		for at := range k.Fields {
			f.Add(uint8(at), s)
		}
	}
	f.Fuzz(func(t *testing.T, at uint8, s string) {
		field := k.Fields[int(at)%len(k.Fields)]
		got, err := k.Read(map[string]string{field.ID: s})
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatalf("%s of %q: %v", field.ID, s, err)
			}
			return
		}
		v := got[field.ID]
		again, err := k.Read(map[string]string{field.ID: v})
		if err != nil && field.Type != "money" && field.Type != "decimal" || err == nil && field.Type != "money" && field.Type != "decimal" && again[field.ID] != v {
			t.Fatalf("%s of %q is %q, read again %q, %v", field.ID, s, v, again[field.ID], err)
		}
		if words := field.Show(v); v != "" && (words[0] == "" || words[1] == "") {
			t.Fatalf("%s: %q is shown as %q", field.ID, v, words)
		}
	})
}
