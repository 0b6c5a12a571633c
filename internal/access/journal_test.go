package access

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

func (h *house) record(who Actor, e Entry) {
	h.Helper()
	h.ok(h.db.Act(h.Context(), func(tx *db.Tx) error { return h.Record(h.Context(), tx, who, e) }))
}

func (h *house) objects(who Actor, q JournalQuery) (all []string) {
	h.Helper()
	page, _, err := h.Journal(h.Context(), who, q)
	h.ok(err)
	for _, l := range page {
		all = append(all, l.Object)
	}
	return all
}

func TestJournalIsSearched(t *testing.T) {
	each(t, Config{NoCodes: true}, func(h *house) {
		auditor := h.joins(h.admin, "audit@node.example", "", Grant{Role: "auditor"})
		o := h.joins(h.admin, "o@ah.example", "", Grant{Role: "finance", Region: ah})
		h.pass(time.Hour)
		from := *h.clock
		h.record(o, Entry{Act: "case.approve", Object: "case/1", Region: ah, Mandate: "finance@340000", Detail: "digest ab12"})
		h.record(o, Entry{Act: "case.approve", Object: "case/2", Region: hf, Mandate: "finance@340000"})
		h.record(System("clock"), Entry{Act: "case.lapse", Object: "case/1", Region: ah})
		h.record(o, Entry{Act: "caseload.read", Object: "case/3", Region: sh})
		h.pass(time.Hour)
		h.record(o, Entry{Act: "books.read", Object: "books", Region: ah})
		for _, x := range []struct {
			q    JournalQuery
			want string
		}{
			{JournalQuery{From: from}, "books case/3 case/1 case/2 case/1"},
			{JournalQuery{From: from, To: from.Add(time.Hour)}, "case/3 case/1 case/2 case/1"},
			{JournalQuery{From: from.Add(time.Hour)}, "books"},
			{JournalQuery{Object: "case/1"}, "case/1 case/1"},
			{JournalQuery{Act: "case"}, "case/1 case/2 case/1"},
			{JournalQuery{Act: "case.approve"}, "case/2 case/1"},
			{JournalQuery{Person: o.Person, Act: "case"}, "case/2 case/1"},
			{JournalQuery{Person: o.Person, Object: "case/1"}, "case/1"},
			{JournalQuery{Detail: "ab12"}, "case/1"},
			{JournalQuery{Region: ah, From: from}, "books case/1 case/2 case/1"},
			{JournalQuery{Region: hf}, "case/2"},
			{JournalQuery{Object: "case/9"}, ""},
			{JournalQuery{Name: o.Name, Act: "case"}, "case/2 case/1"},
			{JournalQuery{Name: "nobody of this name"}, ""},
		} {
			if got := strings.Join(h.objects(auditor, x.q), " "); got != x.want {
				t.Errorf("%+v: got %q, want %q", x.q, got, x.want)
			}
		}
		page, _, err := h.Journal(h.Context(), auditor, JournalQuery{Object: "case/1"})
		h.ok(err)
		clock, act := page[0], page[1]
		if clock.Person != "" || clock.Mandate != "clock" || clock.Session != "system" {
			t.Errorf("the node's own act: %+v", clock)
		}
		if act.Person != o.Person || act.Name != o.Name || act.Session != o.Session || act.Mandate != "finance@340000" || act.Detail != "digest ab12" {
			t.Errorf("an officer's act: %+v", act)
		}
	})
}

// An auditor of a region finds the acts of that region alone; to all others there is no journal.
func TestWhoReadsTheJournal(t *testing.T) {
	each(t, Config{NoCodes: true}, func(h *house) {
		two := h.joins(h.admin, "two@node.example", "", Grant{Role: "auditor", Region: hf}, Grant{Role: "auditor", Region: sh})
		for i, r := range []unit.Region{ah, hf, "340111", sh, "310117", ""} {
			h.record(h.admin, Entry{Act: "test", Object: fmt.Sprint(i), Region: r})
		}
		if got := h.objects(two, JournalQuery{Act: "test"}); !slices.Equal(got, []string{"4", "3", "2", "1"}) {
			t.Errorf("got %v", got)
		}
		if got := h.objects(two, JournalQuery{Act: "test", Region: ah}); !slices.Equal(got, []string{"2", "1"}) {
			t.Errorf("got %v", got)
		}
		_, _, err := h.Journal(h.Context(), two, JournalQuery{Region: "320000"})
		h.refused(err, "access.not_found")
		_, _, err = h.Journal(h.Context(), two, JournalQuery{Region: "32"})
		h.refused(err, "unit.region_form")
		_, _, err = h.Journal(h.Context(), h.admin, JournalQuery{})
		h.refused(err, "access.not_found")
		_, _, err = h.Journal(h.Context(), Actor{}, JournalQuery{})
		h.refused(err, "access.sign_in")
	})
}

func TestPagesOfTheJournal(t *testing.T) {
	each(t, Config{NoCodes: true}, func(h *house) {
		auditor := h.joins(h.admin, "audit@node.example", "", Grant{Role: "auditor"})
		const all = journalPageMax*2 + 1
		h.ok(h.db.Act(h.Context(), func(tx *db.Tx) error { // in one act: the same time, told apart by id
			for i := range all {
				if err := h.Record(h.Context(), tx, h.admin, Entry{Act: "test", Object: fmt.Sprint(i)}); err != nil {
					return err
				}
			}
			return nil
		}))
		want := all
		for after, pages := "", 0; ; pages++ {
			page, next, err := h.Journal(h.Context(), auditor, JournalQuery{Act: "test", After: after})
			h.ok(err)
			for _, l := range page {
				want--
				if l.Object != fmt.Sprint(want) {
					t.Fatalf("got %s, want %d", l.Object, want)
				}
			}
			if after = next; next == "" {
				break
			}
		}
		if want != 0 {
			t.Errorf("%d were not listed", want)
		}
		for _, after := range []string{"x", "1", "1.x", ".", "1.%"} {
			_, _, err := h.Journal(h.Context(), auditor, JournalQuery{After: after})
			h.refused(err, "access.page")
		}
	})
}

// The journal is append only, whoever asks the database.
func TestJournalIsAppendOnly(t *testing.T) {
	each(t, Config{NoCodes: true}, func(h *house) {
		h.record(h.admin, Entry{Act: "test", Object: "1"})
		before := h.count("access_journal")
		for _, query := range []string{"UPDATE access_journal SET act = 'x'", "DELETE FROM access_journal"} {
			err := h.db.Act(h.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(h.Context(), query)
				return err
			})
			if err == nil || !strings.Contains(err.Error(), "append only") {
				t.Errorf("%s: %v", query, err)
			}
		}
		if got := h.count("access_journal"); got != before {
			t.Errorf("%d lines of %d are left", got, before)
		}
	})
}

// What an act did and its line stand or fall together.
func TestJournalFallsWithItsAct(t *testing.T) {
	each(t, Config{NoCodes: true}, func(h *house) {
		before := h.count("access_journal")
		_, _, err := h.Invite(h.Context(), h.admin, Invitation{Email: "admin@node.example", Name: "X (synthetic)", Roles: []Grant{{Role: "finance"}}})
		h.refused(err, "access.email_taken")
		if got := h.count("access_journal"); got != before {
			t.Errorf("%d lines of an act that did not happen", got-before)
		}
	})
}

// Whatever stands where a page is asked for, it is refused or it is a place before which everything lies.
func FuzzPlaceInTheJournal(f *testing.F) {
	for _, seed := range []string{"", "1.0", "1772413200000000.01KJP5S0000000000000000000", "-1.x", "9223372036854775808.x", "1..2"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, after string) {
		at, id, err := journalPlace(JournalQuery{After: after})
		if err != nil && fault.CodeOf(err) != "access.page" {
			t.Errorf("%q: %v", after, err)
		}
		if err == nil && after != "" && id == "~" && at < math.MaxInt64 {
			t.Errorf("%q is the place %d %s", after, at, id)
		}
	})
}

func FuzzEmail(f *testing.F) {
	for _, seed := range []string{"a@a.example", " A@A.example ", "A <a@a.example>", "a@a.example\r\nBcc: b@b.example", "名@例.example", "\"a b\"@a.example"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := cleanEmail(text)
		if err != nil {
			return
		}
		if again, err := cleanEmail(got); err != nil || again != got {
			t.Errorf("%q is read as %q and that as %q, %v", text, got, again, err)
		}
		if strings.ContainsAny(got, "\r\n\x00") || len(got) > nameMax*2 {
			t.Errorf("%q is taken", got)
		}
	})
}
