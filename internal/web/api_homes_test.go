package web

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// What the homes and the calendar show is told by their operations, to the same people.
func TestTheHomesAreToldByOperations(t *testing.T) {
	h := open(t)
	token, who := h.firm()
	c := h.filed(who)
	desk := h.officer("desk@node.example", "voucher_review", "340000")
	told := func(path, token string) (out map[string]any) {
		t.Helper()
		w := h.call("GET", path, token, "")
		if w.Code != 200 {
			t.Fatalf("%s: %d %s", path, w.Code, w.Body)
		}
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	first := func(of map[string]any, list string) map[string]any {
		t.Helper()
		all, _ := of[list].([]any)
		if len(all) == 0 {
			t.Fatalf("no %s in %v", list, of)
		}
		return all[0].(map[string]any)
	}

	due := h.officeDue(desk, c.No)
	if x := first(told("/api/v1/deadlines?kind=case", desk), "deadlines"); x["day"] != due || x["mine"] != true || x["late"] != false || !strings.Contains(x["what"].(string), c.No) || x["path"] != "/cases/"+string(c.ID) {
		t.Errorf("the desk's deadline is %v", x)
	}
	if all := told("/api/v1/deadlines?kind=round", desk)["deadlines"].([]any); len(all) != 0 {
		t.Errorf("rounds: %v", all)
	}

	ours := told("/api/v1/ours?org="+testFirm, token)
	if x := first(ours, "running"); x["no"] != c.No || x["yours"] != true || x["lapses"] != false {
		t.Errorf("what runs is %v", x)
	}
	if x := first(ours, "ends"); x["last"] != "2026-12-31" || x["kind"] != "edition" {
		t.Errorf("what ends is %v", x)
	}
	if x := first(ours, "schemes"); x["scheme"] == "" || x["fit"] == "" {
		t.Errorf("what is open is %v", x)
	}
	for _, path := range []string{"/api/v1/ours?org=91310000MA1FL0000X", "/api/v1/ours?org=" + testFirm} {
		if w := h.call("GET", path, desk, ""); w.Code == 200 && strings.Contains(path, "91310000MA1FL0000X") {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if w := h.call("GET", "/api/v1/ours?org=91310000MA1FL0000X", token, ""); w.Code != 404 {
		t.Errorf("a stranger's: %d", w.Code)
	}

	if o := told("/api/v1/office", desk); o["total"] != 1.0 || o["late_all"] != 0.0 || first(o, "stages")["n"] != 1.0 {
		t.Errorf("the desk: %v", o)
	}
	if w := h.call("GET", "/api/v1/office", token, ""); w.Code != 403 {
		t.Errorf("a firm reads the desk of an office: %d", w.Code)
	}
	if p := told("/api/v1/panels", desk)["panels"].([]any); len(p) != 0 {
		t.Errorf("panels: %v", p)
	}
	h.c.Clock.(*testClock).Advance(60 * 24 * time.Hour)
	desk = h.signIn("desk@node.example")
	if o := told("/api/v1/office", desk); o["late_all"] != 1.0 || first(o, "late")["no"] != c.No {
		t.Errorf("the desk two months later: %v", o)
	}
}

// An expert declares and ends a tie by operations as on the page; what is typed wrong is refused at its field.
func TestATieIsDeclaredByAnOperation(t *testing.T) {
	h := open(t)
	h.firm()
	judge := h.officer("judge@node.example", "expert", "340000")
	wrong := h.call("POST", "/api/v1/expert/ties", judge, `{"org":"`+testFirm+`","kind":"coauthor","since":"31/12"}`)
	if wrong.Code != 422 && wrong.Code != 400 || !strings.Contains(wrong.Body.String(), "since") {
		t.Errorf("a wrong day: %d %s", wrong.Code, wrong.Body)
	}
	type ties struct {
		Ties []tieOut `json:"ties"`
	}
	read := func(method, path, body string) (o ties) {
		t.Helper()
		w := h.call(method, path, judge, body)
		if w.Code != 200 {
			t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
		if err := json.Unmarshal(w.Body.Bytes(), &o); err != nil {
			t.Fatal(err)
		}
		return o
	}
	o := read("POST", "/api/v1/expert/ties", `{"org":"`+testFirm+`","kind":"coauthor","since":"2026-01-01","note":"论文"}`)
	if len(o.Ties) != 1 || o.Ties[0].Org != testFirm || o.Ties[0].Until != "" {
		t.Fatalf("declared: %+v", o)
	}
	h.wants(h.ask("GET", "/expert", judge, nil), 200, "共同署名发表")
	if o = read("POST", "/api/v1/expert/ties/"+o.Ties[0].ID+"/end", ""); len(o.Ties) != 1 || o.Ties[0].Until != "2026-03-02" {
		t.Errorf("ended: %+v", o)
	}
	if o = read("GET", "/api/v1/expert", ""); len(o.Ties) != 1 {
		t.Errorf("read: %+v", o)
	}
}
