package catalogue_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"corridor/internal/catalogue"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// theirs is a listing as node 340000 publishes it; change damages it.
func theirs(t *testing.T, index int64, change func(r map[string]any)) catalogue.Theirs {
	t.Helper()
	subject, err := unit.MakeSubject("DEMQ0007")
	if err != nil {
		t.Fatal(err)
	}
	code, err := unit.MakeUSCC("12340000" + subject)
	if err != nil {
		t.Fatal(err)
	}
	r := map[string]any{"id": "01J00000000000000000000001", "kind": "instrument", "owner": string(code), "owner_name": []string{"安徽示范中心", "Anhui Demo Centre"},
		"region": "340100", "state": "published", "version": 3, "synthetic": true, "published": "2026-05-01T08:00:00Z",
		"fields": map[string]any{"name": "扫描电镜", "model": "Regulus 8230", "class": "010102", "price_hour": "60000", "region": "340100"}}
	leaf := maps.Clone(r)
	if change != nil {
		change(r)
		for _, k := range []string{"id", "kind", "owner", "region", "state", "version"} {
			if r["leaf"] == nil {
				leaf[k] = r[k]
			}
		}
	}
	delete(r, "leaf")
	f, err := json.Marshal(leaf)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return catalogue.Theirs{Node: "340000", Log: "34.example/log", Index: index, Fields: f, Record: b}
}

func (h house) mirror(all ...catalogue.Theirs) (refused []string) {
	h.Helper()
	h.ok(h.db.Act(h.ctx, func(tx *db.Tx) error {
		no, err := h.Mirror(h.ctx, tx, all)
		refused = nil
		for _, err := range no {
			refused = append(refused, fault.CodeOf(err))
		}
		return err
	}))
	return refused
}

// A record from outside is checked in every part; a refused one leaves nothing, and the others of its batch are taken.
func TestWhatANeighbourSaysIsChecked(t *testing.T) {
	set := func(key string, value any) func(map[string]any) { return func(r map[string]any) { r[key] = value } }
	field := func(key, value string) func(map[string]any) {
		return func(r map[string]any) { r["fields"].(map[string]any)[key] = value }
	}
	each(t, func(h house) {
		for name, c := range map[string]struct {
			change func(map[string]any)
			code   string
		}{
			"another thing than the leaf says": {func(r map[string]any) { r["leaf"], r["version"] = true, 4 }, "catalogue.mirror_form"},
			"an id that is none":               {set("id", "1; DROP TABLE"), "catalogue.mirror_form"},
			"a kind that is not here":          {set("kind", "rocket"), "catalogue.mirror_kind"},
			"a draft":                          {set("state", "registered"), "catalogue.mirror_form"},
			"a state that is none":             {set("state", "boiling"), "catalogue.mirror_form"},
			"version 0":                        {set("version", 0), "catalogue.mirror_form"},
			"a region that is none":            {set("region", "999999"), "catalogue.mirror_form"},
			"an owner without a code":          {set("owner", "somebody"), "catalogue.mirror_form"},
			"an owner whose home is here":      {set("owner", lab), "catalogue.mirror_owner"},
			"published next year":              {set("published", "2027-05-01T08:00:00Z"), "catalogue.mirror_form"},
			"fields that are no texts":         {set("fields", []int{1}), "catalogue.mirror_form"},
			"no name":                          {field("name", ""), "catalogue.mirror_form"},
			"a name with a line in it":         {field("name", "扫描\n电镜"), "catalogue.mirror_form"},
			"a name that is too long":          {field("name", strings.Repeat("长", 5000)), "catalogue.mirror_form"},
			"a price that is none":             {field("price_hour", "cheap"), "catalogue.mirror_form"},
			"a private field":                  {field("phone", "0551-00000000"), "catalogue.mirror_form"},
			"a link that runs":                 {field("service_url", "javascript:alert(1)"), "catalogue.mirror_form"},
			"controls in the owner's name":     {set("owner_name", []string{"安\x00徽", "Anhui"}), "catalogue.mirror_form"},
			"a field of a newer edition":       {field("quantum", "yes"), ""},
			"as it should be":                  {nil, ""},
		} {
			if got := h.mirror(theirs(t, 1, c.change)); got[0] != c.code {
				t.Errorf("%s: got %q, want %q", name, got[0], c.code)
			}
		}
		if found, err := h.Audit(h.ctx); err != nil || len(found) > 0 {
			t.Errorf("audit %v, %v", found, err)
		}
	})
}

// newer    v4  leaf 9   taken; the fields that were there before are gone
// older    v3  leaf 10  fault catalogue.mirror_older
// again        leaf 9   nothing new
// gone         leaf 3   an old version: what is here stays
// gone         leaf 9   all of it goes
func TestVersionsOfAMirroredListing(t *testing.T) {
	each(t, func(h house) {
		v4 := func(r map[string]any) {
			r["version"], r["fields"] = 4, map[string]any{"name": "扫描电子显微镜", "region": "340100"}
		}
		h.mirror(theirs(t, 3, nil), theirs(t, 9, v4))
		var id unit.ID
		now := func() (l catalogue.Listing) {
			h.ok(h.db.Read(h.ctx, func(tx *db.Tx) (err error) {
				there := false
				if id, there, err = h.MirrorOf(h.ctx, tx, "340000", "01J00000000000000000000001"); err != nil || !there {
					t.Fatal(there, err)
				}
				l, err = h.GetIn(h.ctx, tx, nobody, id)
				return err
			}))
			return l
		}
		if l := now(); l.Version != 4 || l.Fields["model"] != "" || l.Title[0] != "扫描电子显微镜" || l.Proof != "34.example/log#9" || l.Origin != "340000" {
			t.Errorf("%+v", l)
		}
		if got := h.mirror(theirs(t, 10, nil), theirs(t, 9, v4)); got[0] != "catalogue.mirror_older" || got[1] != "" {
			t.Error(got)
		}
		old := theirs(t, 3, nil)
		old.Gone = true
		h.mirror(old)
		if l := now(); l.State != catalogue.Published {
			t.Errorf("%+v", l)
		}
		_, err := h.Step(h.ctx, admin, id, 4, catalogue.Retire, "别人的")
		h.refused(err, "access.denied")
		gone := theirs(t, 9, v4)
		gone.Gone = true
		h.mirror(gone)
		if l := now(); l.State != catalogue.Retired || len(l.Fields) > 0 {
			t.Errorf("%+v", l)
		}
		if found, err := h.Audit(h.ctx); err != nil || len(found) > 0 {
			t.Errorf("audit %v, %v", found, err)
		}
		h.ok(h.db.Act(h.ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(h.ctx, `UPDATE catalogue_listing SET fields = '{"name":"x"}' WHERE id = $1`, string(id))
			return err
		}))
		if found, _ := h.Audit(h.ctx); len(found) == 0 {
			t.Error("a changed mirrored listing passes the audit")
		}
	})
}
