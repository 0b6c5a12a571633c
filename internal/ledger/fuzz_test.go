package ledger

import (
	"bufio"
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"corridor/internal/unit"
)

// Whatever a caller writes into a transfer is refused or stays within the lines that an export gives it.
func FuzzTextsStayInTheirLines(f *testing.F) {
	for _, s := range []string{"T1", "a\nb", "a\u2028b", "\x00", "\xff", `"`, `\`, "; x", "a  b", "冲正", " ", "a,b:c", "= 1"} {
		f.Add(s, s, s)
	}
	f.Fuzz(func(t *testing.T, id, ref, note string) {
		tr := Transfer{ID: id, Kind: Post, Debit: "a", Credit: "b", Amount: 1, Ref: ref, Note: note}
		if tr.shape() != nil {
			return
		}
		e := Entry{Transfer: tr, Asset: "CNY", Moved: 1, At: time.Unix(0, 0).UTC()}
		refs := 0
		if ref != "" {
			refs = 1
		}
		for _, x := range []struct {
			format exporter
			lines  int
		}{{hledger{}, 6 + refs}, {beancount{}, 7 + refs}} {
			var b bytes.Buffer
			w := bufio.NewWriter(&b)
			x.format.entry(w, e, unit.Date(2026, 3, 1))
			w.Flush()
			if n := strings.Count(b.String(), "\n"); n != x.lines || strings.ContainsAny(b.String(), "\r\v\f\u0085\u2028\u2029") {
				t.Errorf("%d lines, want %d: %q", n, x.lines, b.String())
			}
		}
	})
}

func FuzzPlacesOfPages(f *testing.F) {
	for _, s := range []string{"1.2", "-1.-2", "", ".", "9223372036854775808.1", "1.2.3", "1.2 ", "+1.2", "0x1.2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := parsePlace(s)
		if err != nil {
			return
		}
		again, err := parsePlace(fmt.Sprintf("%d.%d", p.at, p.no))
		if err != nil || again != p {
			t.Errorf("%q is %+v and again %+v: %v", s, p, again, err)
		}
	})
}
