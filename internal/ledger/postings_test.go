package ledger

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"corridor/internal/db"
	"corridor/internal/fault"
)

func TestAFileOfPostingsIsReadOrEachBadCellIsNamed(t *testing.T) {
	for _, x := range []struct{ file, want string }{
		{"", "0 lines"},
		{"kind\n", "0 lines"},
		{"id\n", "ledger.column"},
		{"kind,kind\n", "ledger.column"},
		{"kind,colour\n", "ledger.column"},
		{"kind,id\n\"a", "ledger.csv"},
		{"\ufeffKind, ID ,debit,credit,amount\npost,T1,a,b,1.7亿元\n", "1 lines"},
		{"kind,debit,asset,floor\nopen,a,CNY,是\nopen,b,CNY,perhaps\n", "1 lines; 3 floor ledger.yes"},
		{"kind,id,debit,credit,amount\npost,T1,a,,1\npost,T2,a,b,-1\nmove,T3,a,b,1\npost,T4,a,b,1.234\n\npost,T5,a,b\n",
			"1 lines; 2 credit ledger.field_missing; 3 amount ledger.amount_negative; 4 kind ledger.kind; 5 amount unit.fen_decimals"},
	} {
		list, bad, err := ParsePostings(strings.NewReader(x.file))
		got := fault.CodeOf(err)
		if err == nil {
			got = fmt.Sprintf("%d lines", len(list))
			for _, b := range bad {
				got += fmt.Sprintf("; %d %s %s", b.Line, b.Column, b.Fault.Code)
			}
		}
		if got != x.want {
			t.Errorf("%q\n got %s\nwant %s", x.file, got, x.want)
		}
	}
}

func TestEveryLineOfAFileIsAnswered(t *testing.T) {
	books(t, func(t *testing.T, l *Ledger, c *clock) {
		list, bad, err := ParsePostings(strings.NewReader(`kind,id,debit,credit,amount,asset,floor,linked,of
open,,a,,,CNY,,,
open,,b,,,CNY,yes,,
open,,a,,,CNY,yes,,
post,T1,a,b,10.00,,,,
hold,T2,b,,11.00,,,,
post,T3,b,a,3.00,,,,
hold,T4,b,,8.00,,,yes,
post,T5,b,a,3.00,,,,
hold,T6,b,,7.00,,,yes,
`))
		if err != nil || len(bad) > 0 {
			t.Fatal(bad, err)
		}
		var noted []string
		take := func() (said []string) {
			done, err := l.Take(context.Background(), list, func(_ context.Context, _ *db.Tx, part []Posted) error {
				noted = append(noted, fmt.Sprintf("%d-%d", part[0].Line, part[len(part)-1].Line))
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range done {
				switch {
				case p.Refused != nil:
					said = append(said, fmt.Sprintf("%d %s", p.Line, strings.TrimPrefix(p.Refused.Code, "ledger.")))
				case p.New:
					said = append(said, fmt.Sprintf("%d new", p.Line))
				default:
					said = append(said, fmt.Sprintf("%d same", p.Line))
				}
			}
			return said
		}
		want := "2 new, 3 new, 4 account_other, 5 new, 6 overdrawn, 7 overdrawn, 8 overdrawn, 9 new, 10 new"
		if got := strings.Join(take(), ", "); got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
		if got := strings.Join(take(), ", "); got != strings.ReplaceAll(want, "new", "same") {
			t.Errorf("again: %s", got)
		}
		if got := strings.Join(noted, " "); got != "2-4 5-10" {
			t.Errorf("noted beside %s, want once for each act that wrote", got)
		}
		keep(t, l, c, "entries b T1 T5 T6\nbalance b available 0.00 held 7.00")
		audited(t, l)
	})
}

// Whatever a file holds, reading it ends, names a line that is there, and takes nothing that the books refuse by itself.
func FuzzPostings(f *testing.F) {
	f.Add("kind,id,debit,credit,amount,linked\npost,T1,a,b,1.00,yes\n")
	f.Add("kind,debit,asset,floor\nopen,a,CNY,是\n")
	f.Add("\ufeffkind,of,last,reverses\ncapture,,,\n\"")
	f.Fuzz(func(t *testing.T, file string) {
		list, bad, err := ParsePostings(strings.NewReader(file))
		lines := strings.Count(file, "\n") + 1
		if err != nil && (fault.KindOf(err) == fault.Internal || len(list)+len(bad) > 0) {
			t.Errorf("%v with %d lines", err, len(list)+len(bad))
		}
		for _, b := range bad {
			if b.Line < 2 || b.Line > lines || b.Column == "" || b.Fault.Kind == fault.Internal {
				t.Errorf("%+v of %d lines", b, lines)
			}
		}
		for _, p := range list {
			if p.Line < 2 || p.Line > lines || p.Open == nil && p.shape() != nil {
				t.Errorf("%+v of %d lines", p, lines)
			}
		}
	})
}
