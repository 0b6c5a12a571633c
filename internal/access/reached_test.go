package access

import (
	"slices"
	"testing"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/unit"
)

var _ notice.People = (*Service)(nil)

// Who is told of a role and who may act in it are the same people.
func TestReachedAgreesWithHasAt(t *testing.T) {
	each(t, Config{NoCodes: true}, func(h *house) {
		var all []Actor
		for email, g := range map[string]Grant{
			"node@x.example":   {Role: "voucher_review"},
			"ah@x.example":     {Role: "voucher_review", Region: ah},
			"hf@x.example":     {Role: "voucher_review", Region: hf},
			"county@x.example": {Role: "voucher_review", Region: "340111"},
			"office@x.example": {Role: "voucher_review", Region: ah, Org: "OFFICE"},
			"sh@x.example":     {Role: "voucher_review", Region: sh},
			"other@x.example":  {Role: "voucher_finance", Region: ah},
		} {
			all = append(all, h.joins(h.admin, email, "", g))
		}
		for _, region := range []unit.Region{"", ah, hf, "340111", "340102", sh} {
			for _, office := range []string{"", "OFFICE", "ANOTHER"} {
				if region == "" && office != "" {
					continue // a role within an organisation
				}
				var want []unit.ID
				for _, who := range all {
					if who.HasAt("voucher_review", region, office) {
						want = append(want, who.Person)
					}
				}
				slices.Sort(want)
				if got := h.reached(notice.Audience{Role: "voucher_review", Region: region, Org: office}); !slices.Equal(got, want) {
					t.Errorf("%s %s: got %v, want %v", region, office, got, want)
				}
			}
		}
	})
}

func (h *house) reached(a notice.Audience) (all []unit.ID) {
	h.ok(h.db.Read(h.Context(), func(tx *db.Tx) (err error) {
		all, err = h.Reached(h.Context(), tx, a, 100)
		return err
	}))
	return all
}

func TestReachedWithinAnOrganisation(t *testing.T) {
	each(t, Config{NoCodes: true}, func(h *house) {
		admin := h.joins(h.admin, "admin@a.example", orgA, Grant{Role: "org_admin", Org: orgA}, Grant{Role: "org_member", Org: orgA})
		member := h.joins(h.admin, "member@a.example", orgA, Grant{Role: "org_member", Region: ah, Org: orgA})
		h.joins(h.admin, "member@b.example", orgB, Grant{Role: "org_member", Org: orgB})
		if got := h.reached(notice.Audience{Org: orgA}); !slices.Equal(got, []unit.ID{admin.Person, member.Person}) {
			t.Errorf("got %v", got)
		}
		if got := h.reached(notice.Audience{Role: "org_admin", Org: orgA}); !slices.Equal(got, []unit.ID{admin.Person}) {
			t.Errorf("got %v", got)
		}
		h.ok(h.SetActive(h.Context(), h.admin, admin.Person, false))
		if got := h.reached(notice.Audience{Org: orgA}); !slices.Equal(got, []unit.ID{member.Person}) {
			t.Errorf("got %v", got)
		}
		h.ok(h.db.Read(h.Context(), func(tx *db.Tx) error {
			for _, x := range []struct {
				person unit.ID
				want   string
			}{{member.Person, "member@a.example"}, {admin.Person, ""}, {"NONE", ""}} {
				if _, address, err := h.Address(h.Context(), tx, x.person); err != nil || address != x.want {
					t.Errorf("got %q, %v, want %q", address, err, x.want)
				}
			}
			return nil
		}))
	})
}

// The two rooms joined as a node joins them: an act tells a desk, its officers have it, and an erased one leaves a number.
func TestAccessAndNoticeTogether(t *testing.T) {
	each(t, Config{NoCodes: true}, func(h *house) {
		n := must(notice.New(notice.Config{DB: h.db, People: h.Service}))
		h.Join("notice", n)
		officer := h.joins(h.admin, "o@ah.example", "", Grant{Role: "voucher_review", Region: ah})
		h.ok(h.db.Act(h.Context(), func(tx *db.Tx) error {
			reached, err := n.Tell(h.Context(), tx, notice.Notice{To: notice.Audience{Role: "voucher_review", Region: hf}, Kind: "case.filed",
				Object: "case/1", Path: "/cases/1", Title: fault.Words{"有新的申请", "A new application"}})
			if reached != 1 {
				t.Errorf("reached %d", reached)
			}
			return err
		}))
		page, _, err := n.List(h.Context(), officer.Person, notice.Query{})
		h.ok(err)
		if len(page) != 1 || page[0].Object != "case/1" {
			t.Errorf("got %+v", page)
		}
		if about := must(h.Export(h.Context(), officer, officer.Person)); about.Rooms["notice"] == nil {
			t.Errorf("got %+v", about.Rooms)
		}
		if kept := must(h.Erase(h.Context(), h.admin, officer.Person, "")); len(kept) != 3 {
			t.Errorf("kept %v", kept)
		}
	})
}
