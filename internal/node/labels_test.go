package node_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/node"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

// A label that Shanghai gave and its holder made public stands in Anhui's registry with where it comes from and what proves it, on the
// organisation's page and over JSON; it counts for a rule once Anhui recognises it, and leaves when Shanghai takes it back.
func TestALabelOfANeighbourIsARowHere(t *testing.T) {
	here, there := pair(t)
	enterLab(t, there)
	do := func(n *node.Node, act func(tx *db.Tx) error) {
		t.Helper()
		if err := n.DB.Act(t.Context(), act); err != nil {
			t.Fatal(err)
		}
	}
	do(here, func(tx *db.Tx) error { // known here too, as at home there
		return here.Registry.Put(t.Context(), tx, access.System("test"), registry.Org{Code: mirrorLab, Name: fault.Words{"示范电镜中心", "Demo Electron Microscopy Centre"}, Kind: "institute", Region: "310115", Home: there.Node.Code, Synthetic: true})
	})
	today := unit.DayOf(time.Now(), unit.Beijing())
	var l registry.Label
	do(there, func(tx *db.Tx) (err error) {
		l, err = there.Registry.IssueLabel(t.Context(), tx, access.System("test"), registry.Label{Org: mirrorLab, Label: "tech_sme", Issuer: "310000.science", Since: today.Add(-10), Until: today.Add(300)})
		return err
	})
	rows := func() (all []registry.LabelAbroad) {
		if err := here.DB.Read(t.Context(), func(tx *db.Tx) (err error) {
			all, err = here.Registry.LabelsAbroad(t.Context(), tx, mirrorLab)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return all
	}
	standing := func() (s federation.Standing) {
		if err := here.DB.Read(t.Context(), func(tx *db.Tx) (err error) {
			s, err = here.Federation.Recognised(t.Context(), tx, mirrorLab, "tech_sme", today)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return s
	}
	page := func(path string) string {
		answer, err := http.Get(here.URL() + path)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		b, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if len(rows()) > 0 {
		t.Error("a label that nobody made public is here")
	}
	if _, err := there.Federation.Certify(t.Context(), labAdmin, access.Scope{Org: mirrorLab, Region: "310115"}, l.ID, federation.Certificate{Org: mirrorLab, Label: l.Label, Issuer: l.Issuer, Since: l.Since, Until: l.Until,
		Holder: fault.Words{"示范电镜中心", "Demo Electron Microscopy Centre"}, Title: fault.Words{"科技型中小企业", "Technology SME"}}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the label did not come", func() bool { return len(rows()) == 1 })
	row := rows()[0]
	if row.Node != "310000" || row.Log != "31.corridor.example/log" || row.Since != l.Since || row.Until != l.Until || row.Title[1] != "Technology SME" || row.Holder[0] != "示范电镜中心" {
		t.Errorf("the row is %+v", row)
	}
	if html := page("/registry/" + mirrorLab + "?lang=en"); !strings.Contains(html, "Technology SME") || !strings.Contains(html, "31.corridor.example/log #") || !strings.Contains(html, "not recognised here") {
		t.Errorf("the page does not show the label and its proof: %.3000s", html)
	}
	if standing().Yes {
		t.Error("it counts before anybody recognised it")
	}
	science := access.Actor{Person: "01SCIENCE", Name: "科技岗（演示）", Grants: []access.Grant{{Role: "science", Region: "340000"}}, Strong: true}
	head := access.Actor{Person: "01HEAD", Name: "负责人（演示）", Grants: []access.Grant{{Role: "head", Region: "340000"}}, Strong: true}
	r, err := here.Federation.Propose(t.Context(), science, federation.Recognition{List: "tech_sme", Kind: "label", From: "310000", What: "tech_sme", Since: today})
	if err == nil {
		err = here.Federation.DecideRecognition(t.Context(), head, r.ID, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	if s := standing(); !s.Yes || !strings.HasPrefix(s.By, "certificate:"+row.Log+"#") {
		t.Errorf("it does not count: %+v", s)
	}
	if html := page("/registry/" + mirrorLab + "?lang=en"); !strings.Contains(html, "recognised here: ") || strings.Contains(html, "not recognised here") {
		t.Error("the page does not say that it is recognised")
	}
	cleanNodes(t, here)
	do(there, func(tx *db.Tx) error {
		return there.Registry.RevokeLabel(t.Context(), tx, access.System("test"), mirrorLab, "tech_sme", today)
	})
	eventually(t, "what was taken back is still here", func() bool { return len(rows()) == 0 && !standing().Yes })
	if html := page("/registry/" + mirrorLab + "?lang=en"); strings.Contains(html, "Technology SME") {
		t.Error("the page still shows what was taken back")
	}
	cleanNodes(t, here)

	// What a neighbour publishes in no good form is refused with the reason, and nothing else.
	do(here, func(tx *db.Tx) error {
		good := `{"org":"` + mirrorLab + `","label":"tech_sme","issuer":"x","since":"2026-01-01","until":""}`
		no, err := here.Registry.TakeLabels(t.Context(), tx, []registry.Published{{Log: "l", Index: 1, Fields: []byte(`{"org":"1","label":"a","issuer":"x","since":"2026-01-01"}`)},
			{Log: "l", Index: 2, Fields: []byte(good)}, {Log: "l", Index: 3, Fields: []byte(strings.Replace(good, "tech_sme", strings.Repeat("x", 999), 1))}, {Log: "l", Index: 2, Gone: true}})
		if err != nil || fault.CodeOf(no[0]) != "registry.label" || no[1] != nil || fault.CodeOf(no[2]) != "registry.label" || no[3] != nil || len(rows()) != 0 {
			t.Errorf("%v, %v, %v", no, err, rows())
		}
		return err
	})
}
