package web

import (
	"context"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// openSealing is a node that runs a scheme of casework's tests which seals a text and a file until 5 March 2026.
func openSealing(t testing.TB) (h *house, token string, who access.Actor) {
	t.Helper()
	h = open(t)
	token, who = h.firm()
	s, problems := scheme.Load(os.DirFS("../casework/testdata"), "inspection.yaml")
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	var err error
	h.c.Cases, err = casework.New(casework.Config{DB: h.c.DB, Access: h.c.Access, Registry: h.c.Registry, Ledger: h.c.Ledger, Log: h.c.Log, Files: h.c.Files, Secret: "a secret of the test",
		Regions: unit.GB2260(), Calendar: unit.NewDays(unit.ChinaCalendar()), Node: "34", Notices: h.c.Notices, Schemes: []*scheme.Scheme{s}})
	if err == nil {
		h.s, err = New(h.c)
	}
	if err != nil {
		t.Fatal(err)
	}
	return h, token, who
}

func TestWhatIsSealedIsOpenedByTwoPersonsAfterItsDay(t *testing.T) {
	h, firm, who := openSealing(t)
	ctx := context.Background()
	c, err := h.c.Cases.Create(ctx, who, "look-over", testFirm, "")
	if err != nil {
		t.Fatal(err)
	}
	path := "/cases/" + string(c.ID)
	h.wants(h.ask("GET", path+"/sealed", firm, nil), 404)
	if c, err = h.c.Cases.Save(ctx, who, c.ID, 0, map[string]string{"thing": "x", "size": "small", "quiet": "false", "bid": "封标价九万"}); err == nil {
		c, err = h.c.Cases.Act(ctx, who, c.ID, casework.Action{Name: "hand_in"})
	}
	if err != nil {
		t.Fatal(err)
	}
	window := h.officer("w@node.example", "acceptance_window", "340000")
	h.officer("b@node.example", "construction_supervise", "340000")
	h.wants(h.ask("GET", path, window, nil), 200, "封存，规定之日过后由两人开启", path+"/sealed")
	h.wants(h.ask("GET", path+"/sealed", window, nil), 200, "封存中", "2026-03-05")
	h.wants(h.post(path+"/sealed", window, url.Values{"reason": {"提前看看"}}), 403, "您的尝试已记入操作日志")
	_ = h.c.Clock.Advance(4 * 24 * time.Hour)
	window = h.signIn("w@node.example")
	boss := h.signIn("b@node.example")
	page := h.ask("GET", path+"/sealed", window, nil)
	h.wants(page, 200, "到期待开启", "申请开启")
	if strings.Contains(page.Body.String(), "封标价九万") {
		t.Error("it is shown before it is opened")
	}
	h.wants(h.post(path+"/sealed", window, url.Values{"reason": {""}}), 422, "请写明理由")
	h.wants(h.post(path+"/sealed", window, url.Values{"reason": {"开标会"}}), 303)
	h.wants(h.ask("GET", path+"/sealed", window, nil), 200, "等待另一位经办人开启", "收回申请")
	h.wants(h.post(path+"/sealed/open", window, nil), 403, "须由另一人开启")
	h.wants(h.ask("GET", "/notices", boss, nil), 200, "待第二人开启")
	h.wants(h.ask("GET", path+"/sealed", boss, nil), 200, "由我作为第二人开启", "开标会")
	h.wants(h.post(path+"/sealed/open", boss, nil), 303)
	h.wants(h.ask("GET", path+"/sealed?lang=en", boss, nil), 200, "opened", "封标价九万", "matched when opened", "How it was opened")
	firm = h.signIn("firm@node.example")
	h.wants(h.ask("GET", "/notices", firm, nil), 200, "封存内容已经开启", "理由：开标会")
	h.wants(h.ask("GET", path, firm, nil), 200, "封标价九万")
	h.wants(h.call("GET", "/api/v1"+path+"/sealed", firm, ""), 200, `"field":"bid"`, `"reason":"开标会"`)
	h.wants(h.call("POST", "/api/v1"+path+"/sealed/open", boss, ""), 409, "casework.opening_nothing")
}
