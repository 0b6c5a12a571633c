package casework_test

import (
	"context"
	"strings"
	"testing"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/fault"
)

func TestACommentIsReadByWhomItIsFor(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		c := w.shown(firm, "partner", large)
		for _, x := range []struct {
			a     access.Actor
			sight casework.Sight
			text  string
			code  string
		}{
			{reviewer, casework.SightDesk, "内部", ""},
			{reviewer, casework.SightApplicant, "给申请人", ""},
			{firm, casework.SightAll, "给大家", ""},
			{firm, casework.SightDesk, "x", "casework.comment_sight"},
			{big, casework.SightApplicant, "合作单位给申请人", ""},
			{firm, casework.SightAll, " ", "casework.comment_empty"},
			{firm, "nobody", "x", "casework.comment_sight"},
			{firm, casework.SightAll, strings.Repeat("长", 2001), "casework.comment_long"},
			{stranger, casework.SightAll, "x", "casework.unknown"},
		} {
			_, err := w.cases.Say(ctx, x.a, c.ID, x.sight, x.text)
			code(t, err, x.code)
		}
		for _, x := range []struct {
			name string
			a    access.Actor
			want string
		}{
			{"a desk", reviewer, "内部 给申请人 给大家 合作单位给申请人"},
			{"the applicant", firm, "给申请人 给大家 合作单位给申请人"},
			{"the partner", big, "给大家"},
		} {
			all, err := w.cases.Comments(ctx, x.a, c.ID)
			w.must(err)
			var got []string
			for _, k := range all {
				got = append(got, k.Text)
			}
			if s := strings.Join(got, " "); s != x.want {
				t.Errorf("%s reads %q, want %q", x.name, s, x.want)
			}
		}
		// Nothing of it is public, and a person who is erased leaves words without a name.
		n, err := w.log.Size(ctx)
		w.must(err)
		if n != 0 {
			t.Errorf("the log has %d entries", n)
		}
		var kept []fault.Words
		w.must(w.db.Act(ctx, func(tx *db.Tx) error {
			about, err := w.cases.AboutPerson(ctx, tx, firm.Person)
			if err == nil && !strings.Contains(strings.Join(words(about), " "), "给大家") {
				t.Errorf("what is kept about a person lacks the comment: %v", about)
			}
			if err == nil {
				kept, err = w.cases.ErasePerson(ctx, tx, firm.Person)
			}
			return err
		}))
		all, err := w.cases.Comments(ctx, reviewer, c.ID)
		w.must(err)
		if len(kept) == 0 || all[2].By != "" {
			t.Errorf("kept %v, the comment is by %q", kept, all[2].By)
		}
	})
}

// words are the texts of what is kept about a person.
func words(about map[string]any) (out []string) {
	parts, _ := about["parts"].([]casework.Part)
	for _, p := range parts {
		out = append(out, p.Reason)
	}
	return out
}

// shown opens a case of the display scheme, fills in fields, and files it.
func (w *world) shown(a access.Actor, more ...string) casework.Case {
	w.t.Helper()
	ctx := context.Background()
	c, err := w.cases.Create(ctx, a, "display", small, "")
	w.must(err)
	typed := map[string]string{"kind": "show", "purpose": "试用"}
	for i := 0; i+1 < len(more); i += 2 {
		typed[more[i]] = more[i+1]
	}
	c, err = w.cases.Save(ctx, a, c.ID, c.Version, typed)
	w.must(err)
	c, err = w.act(a, c, "file", "")
	w.must(err)
	return c
}
