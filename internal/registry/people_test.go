package registry_test

import (
	"encoding/json"
	"strings"
	"testing"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

// The people of these tests are made up; so are their numbers.
var someone = registry.Person{Name: "测试人员甲", Email: "Someone@Example.test", Phone: "+86 551 0000 0000", Identity: "TEST-0000-0001",
	Account: "01H000000000000000000000AA", Synthetic: true}

func (h house) person(org string, p registry.Person) registry.Person {
	h.Helper()
	h.must(func(tx *db.Tx) (err error) {
		p, err = h.AddPerson(h.ctx, tx, admin, org, p)
		return err
	})
	return p
}

func TestOnePersonInTwoFirmsIsOnePerson(t *testing.T) {
	each(t, func(h house) {
		h.three()
		a := h.person(firmA, someone)
		same := someone
		same.Identity, same.Name = "test00000001", "another spelling"
		b := h.person(firmB, same)
		if a.ID != b.ID || a.Identity != "" || b.Name != "" {
			t.Errorf("got %+v and %+v", a, b)
		}
		h.read(func(tx *db.Tx) {
			var n int
			if err := tx.QueryRow(h.ctx, `SELECT count(*) FROM registry_person WHERE identity LIKE '%0001%' OR name LIKE '%0001%'`).Scan(&n); err != nil || n != 0 {
				t.Errorf("the number itself stands in the database: %d, %v", n, err)
			}
		})
		r, err := registry.New(registry.Config{DB: h.db, Access: h.access, Regions: unit.GB2260(), Calendar: unit.ChinaCalendar()})
		if err != nil {
			t.Fatal(err)
		}
		h.refused("registry.identity_key", func(tx *db.Tx) error {
			_, err := r.AddPerson(h.ctx, tx, admin, firmA, someone)
			return err
		})
	})
}

func TestWhoMayReadAPerson(t *testing.T) {
	each(t, func(h house) {
		h.three()
		p := h.person(firmA, someone)
		h.must(func(tx *db.Tx) error {
			_, err := h.GiveMandate(h.ctx, tx, admin, registry.Mandate{Person: p.ID, Org: firmA, What: registry.AllMatters, Since: h.day("2026-05-06"), Source: "letter"})
			return err
		})
		self := access.Actor{Person: someone.Account, Name: "self"}
		ofB := access.Actor{Person: "01H0000000000000000000000B", Grants: []access.Grant{{Role: "org_admin", Org: firmB}}}
		for _, c := range []struct {
			name string
			who  access.Actor
			want string
		}{
			{"nobody", nobody, "access.sign_in"}, {"self", self, ""}, {"the firm's administrator", ofFirmA, ""},
			{"another firm's", ofB, "registry.no_person"}, {"an officer who keeps no people", officer, "registry.no_person"}, {"the node's administrator", admin, ""},
		} {
			h.read(func(tx *db.Tx) {
				got, err := h.Person(h.ctx, tx, c.who, p.ID)
				if fault.CodeOf(err) != c.want || err == nil && got.Name != someone.Name || err != nil && got.Name != "" {
					t.Errorf("%s: got %q, %v; want %q", c.name, got.Name, err, c.want)
				}
			})
		}
	})
}

func TestMandates(t *testing.T) {
	each(t, func(h house) {
		h.three()
		p := h.person(firmA, someone)
		var m registry.Mandate
		h.must(func(tx *db.Tx) (err error) {
			m, err = h.GiveMandate(h.ctx, tx, ofFirmA, registry.Mandate{Person: p.ID, Org: firmA, What: "cn-340000/voucher-order",
				Since: h.day("2026-05-06"), Until: h.day("2026-12-31"), Source: "ignored"})
			return err
		})
		if m.Source != "declared:"+firmA {
			t.Errorf("source %q", m.Source)
		}
		acts := func(org, what, day string) bool {
			var yes bool
			h.read(func(tx *db.Tx) {
				var err error
				if _, yes, err = h.ActsFor(h.ctx, tx, someone.Account, org, what, h.day(day)); err != nil {
					t.Fatal(err)
				}
			})
			return yes
		}
		for _, c := range []struct {
			org, what, day string
			want           bool
		}{
			{firmA, "cn-340000/voucher-order", "2026-05-06", true}, {firmA, "cn-340000/voucher-order", "2026-05-05", false},
			{firmA, "cn-340000/voucher-order", "2027-01-01", false}, {firmA, "other", "2026-06-01", false}, {firmB, "cn-340000/voucher-order", "2026-06-01", false},
		} {
			if got := acts(c.org, c.what, c.day); got != c.want {
				t.Errorf("%v: got %t", c, got)
			}
		}
		h.on("2026-05-20")
		h.refused("registry.mandate_past", func(tx *db.Tx) error { return h.EndMandate(h.ctx, tx, ofFirmA, m.ID, h.day("2026-05-10")) })
		h.refused("access.denied", func(tx *db.Tx) error {
			return h.EndMandate(h.ctx, tx, access.Actor{Person: "01H0000000000000000000000B", Grants: []access.Grant{{Role: "org_admin", Org: firmB}}}, m.ID, h.day("2026-05-20"))
		})
		h.must(func(tx *db.Tx) error { return h.EndMandate(h.ctx, tx, ofFirmA, m.ID, h.day("2026-05-20")) })
		if acts(firmA, "cn-340000/voucher-order", "2026-05-21") || !acts(firmA, "cn-340000/voucher-order", "2026-05-20") {
			t.Error("a mandate that was ended does not end on its last day")
		}
		h.relate(firmB + " legal_person " + string(p.ID) + " - 2026-05-01 -")
		if !acts(firmB, "anything", "2026-06-01") {
			t.Error("the legal representative may not act")
		}
	})
}

func TestErasureSaysWhatIsKeptAndWhy(t *testing.T) {
	each(t, func(h house) {
		h.three()
		p := h.person(firmA, someone)
		h.relate(firmA + " legal_person " + string(p.ID) + " - 2024-01-01 -")
		self := access.Actor{Person: someone.Account, Name: "self"}
		erase := func(tx *db.Tx) error {
			_, err := h.ErasePerson(h.ctx, tx, self, p.ID)
			return err
		}
		h.refused("registry.kept", erase)
		h.relate(firmA + " legal_person " + string(p.ID) + " - 2024-01-01 2026-05-05")
		h.must(func(tx *db.Tx) error {
			_, err := h.CorrectPerson(h.ctx, tx, self, registry.Person{ID: p.ID, Name: "更正后的姓名", Email: someone.Email, Account: someone.Account})
			return err
		})
		var kept []registry.Kept
		h.must(func(tx *db.Tx) (err error) {
			kept, err = h.ErasePerson(h.ctx, tx, self, p.ID)
			return err
		})
		var what []string
		for _, k := range kept {
			what = append(what, k.What)
			if k.ZH == "" || k.EN == "" || k.Basis == "" {
				t.Errorf("%s has no reason", k.What)
			}
		}
		if got := strings.Join(what, " "); got != "past_relation journal" {
			t.Errorf("kept %s", got)
		}
		h.refused("registry.no_person", erase) // the account is gone with the rest
		h.refused("registry.erased", func(tx *db.Tx) error {
			_, err := h.ErasePerson(h.ctx, tx, admin, p.ID)
			return err
		})
		h.read(func(tx *db.Tx) {
			d, err := h.ExportPerson(h.ctx, tx, admin, p.ID)
			if err != nil || d.Person.Name != "" || d.Person.Email != "" || d.Person.Phone != "" || d.Person.Account != "" || d.Identity {
				t.Errorf("left: %+v, %v", d.Person, err)
			}
			var n int
			if err := tx.QueryRow(h.ctx, `SELECT count(*) FROM access_journal WHERE detail LIKE '%测试%' OR detail LIKE '%更正%'`).Scan(&n); err != nil || n != 0 {
				t.Errorf("the journal has personal data: %d, %v", n, err)
			}
		})
	})
}

func TestAPersonIsGivenEverythingThatIsKept(t *testing.T) {
	each(t, func(h house) {
		h.three()
		p := h.person(firmA, someone)
		h.relate(firmA + " share " + string(p.ID) + " 12.5% 2024-01-01 -")
		self := access.Actor{Person: someone.Account, Name: "self"}
		h.read(func(tx *db.Tx) {
			d, err := h.ExportPerson(h.ctx, tx, self, p.ID)
			if err != nil {
				t.Fatal(err)
			}
			b, err := json.Marshal(d)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{"测试人员甲", "someone@example.test", "+86 551 0000 0000", "12.5%", firmA, "in_office", `"identity_digest_kept":true`} {
				if !strings.Contains(string(b), want) {
					t.Errorf("%s is missing in %s", want, b)
				}
			}
		})
	})
}

func TestWhatIsNoPersonIsRefused(t *testing.T) {
	each(t, func(h house) {
		h.three()
		for code, p := range map[string]registry.Person{
			"registry.person_name": {}, "registry.email": {Name: "x", Email: "x@"}, "registry.phone": {Name: "x", Phone: "call me"},
			"registry.identity": {Name: "x", Identity: "12"},
		} {
			h.refused(code, func(tx *db.Tx) error {
				_, err := h.AddPerson(h.ctx, tx, admin, firmA, p)
				return err
			})
		}
		h.refused("registry.holder", func(tx *db.Tx) error {
			return h.PutRelation(h.ctx, tx, admin, registry.Relation{Org: firmA, Holder: string(unit.NewID(*h.now)), Kind: registry.Share, Since: h.day("2024-01-01"), Source: "x"})
		})
	})
}
