package web

import (
	"strings"
	"testing"

	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

func lookBodies(pages pager) map[string][]any {
	one := lookedCase{"/cases/x", "34-26-0001-8", someWords, someWords, true}
	file := fileView{"ab", "报告<1>.pdf", "/cases/x/files/ab", "1 B", "/cases/x/files/ab/look"}
	return map[string][]any{"filelook": {
		lookPage{Case: one, File: file},
		lookPage{Case: one, File: file, Paged: true, Cut: true, Pager: pages, Marked: true, Leaves: []leaf{{1, 1, []passage{{"合计 ", ""}, {"480.00", "合同金额"}}}, {2, 2, nil}},
			Sought: []sought{{Name: "合同金额", Shown: "480.00", In: []place{{1, 1, "/cases/x/files/ab/look?page=1#p-1"}}}, {Name: "乙", Shown: "x"}}, Rules: []ruleLooks{{someWords, scheme.Pass, "approve", someWords}}},
		lookPage{Case: one, File: file, Marked: true, Leaves: []leaf{{1, 1, []passage{{"文", ""}}}}, Sought: []sought{{Name: "甲", Shown: "文", In: []place{{1, 1, "/x#p-1"}}}}},
		lookPage{Case: one, File: file, Why: fault.New(fault.Invalid, "web.look_none")},
		lookPage{Case: one, File: file, Picture: "/cases/x/files/ab/picture", Width: 30, Height: 20, Sought: []sought{{Name: "甲", Shown: "文"}}},
	}}
}

// What the form says is marked in a file, however a document writes it, and not where it is a part of something else.
func TestWhatTheFormSaysIsMarkedInAFile(t *testing.T) {
	day := func(text string) scheme.Value {
		d, err := unit.ParseDay(text)
		if err != nil {
			t.Fatal(err)
		}
		return scheme.DayValue(d)
	}
	for _, c := range []struct {
		name string
		of   scheme.Value
		text string
		want string // what is marked
	}{
		{"sum", scheme.MoneyValue(48_000_00), "合计 48,000.00 元，即 48000元（4.8万），不是 148,000.00、48,000.005、48,0001 或 4.85万", "48,000.00 48000 4.8万"},
		{"sum with fen", scheme.MoneyValue(480_25), "480.25 与 480", "480.25"},
		{"small sum", scheme.MoneyValue(10_00), "第10条 10.00", "10.00"},
		{"day", day("2026-03-05"), "2026年3月5日、2026-03-05、2026.3.5；2026年3月15日", "2026年3月5日 2026-03-05 2026.3.5"},
		{"number", scheme.TextOf(scheme.Text, "24312000"), "发票 24312000；其他 924312000、24312000A", "24312000"},
		{"short text", scheme.TextOf(scheme.Text, "阴极"), "阴极材料", ""},
		{"text", scheme.TextOf(scheme.Text, "阴极材料"), "高镍阴极材料研究", "阴极材料"},
		{"end of a sentence", scheme.MoneyValue(48_000_00), "paid 48,000.00, in full. It was 48,000.", "48,000.00 48,000"},
	} {
		leaves := leavesOf([]string{c.text}, true)
		all := []sought{{Name: c.name, needles: waysOf(c.of)}}
		all[0].needles = longEnough(all[0].needles)
		mark(leaves, all, "/f/look")
		var got []string
		whole := ""
		for _, p := range leaves[0].Pieces {
			if whole += p.Text; p.Is != "" {
				got = append(got, p.Text)
			}
		}
		if strings.Join(got, " ") != c.want || whole != c.text {
			t.Errorf("%s: marked %q, want %q, in %q", c.name, got, c.want, whole)
		}
		if found := len(all[0].In) > 0; found != (c.want != "") || found && all[0].In[0].To != "/f/look?page=1#p-1" {
			t.Errorf("%s stands at %v", c.name, all[0].In)
		}
	}
}

// A long page is read in leaves that end where lines end; nothing of it is lost.
func TestALongPageIsReadInLeaves(t *testing.T) {
	long := strings.Repeat(strings.Repeat("字", 99)+"\n", 130)
	leaves := leavesOf([]string{"短", "", long}, true)
	if len(leaves) != 5 || leaves[1].Page != 2 || leaves[4].Page != 3 || leaves[4].No != 5 {
		t.Fatalf("%d leaves, the last %d of page %d", len(leaves), leaves[len(leaves)-1].No, leaves[len(leaves)-1].Page)
	}
	whole := ""
	for _, l := range leaves[2:] {
		if text := l.Pieces[0].Text; !strings.HasSuffix(text, "\n") {
			t.Errorf("leaf %d ends within a line", l.No)
		} else {
			whole += text
		}
	}
	if whole != long {
		t.Error("something is lost between the leaves")
	}
	if none := leavesOf([]string{""}, false); len(none) != 0 {
		t.Errorf("a text without words has %d leaves", len(none))
	}
}

func TestOnlyWhatCanBeShownIsOffered(t *testing.T) {
	for kind, want := range map[string]bool{"application/pdf": true, "text/plain; charset=utf-8": true, "image/png": true, "image/svg+xml": false, "image/gif": false, "application/zip": false, "": false} {
		if canLook(kind) != want {
			t.Errorf("%q can be looked at: %v", kind, !want)
		}
	}
}
