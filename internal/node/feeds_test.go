package node_test

import (
	"net/http"
	"strings"
	"testing"

	"corridor/internal/unit"
)

// The calendar of deadlines answers at its secret address to a program that is signed in nowhere, with what its owner may see now,
// and to nobody once the address is taken back. What it says is on the page, in the file and in the operation.
func TestDeadlinesAreReadAtTheirSecretAddress(t *testing.T) {
	eachTreasury(t, func(t *treasury) {
		firm := t.firms[0]
		user, stranger, nobody := t.signedIn("user@a.example", "org_admin", firm), t.signedIn("other@a.example", "org_admin", t.firms[1]), &http.Cookie{Name: "none", Value: "none"}
		due := unit.DayOf(t.now, unit.Beijing()).Add(100).String()
		need := t.offers("demand", firm, "name", "电解质薄膜连续成型", "type", "enterprise", "fields", "固态电池", "industry_code", "C38", "function", "硫化物电解质做不薄，想连续成型",
			"indicator", "厚度不大于四十微米", "budget", "1000000", "deadline", due, "region", "340100")
		path := "/listings/" + string(need.ID)

		t.page(user, "/deadlines?month="+due[:7], "电解质薄膜连续成型", "需求的最后一天|the last day of the need", due, path)
		list := t.program(user, "GET", "/api/v1/deadlines?kind=listing", 200, "")["deadlines"].([]any)
		if len(list) != 1 || list[0].(map[string]any)["path"] != path || list[0].(map[string]any)["day"] != due {
			t.Errorf("the operation says %v", list)
		}
		if other := t.program(stranger, "GET", "/api/v1/deadlines?kind=listing", 200, "")["deadlines"].([]any); len(other) != 0 {
			t.Errorf("another firm reads %v", other)
		}
		t.asks(nobody, "GET", "/api/v1/deadlines", 401, "", nil)

		feed := t.program(user, "POST", "/api/v1/calendars", 200, `{"kind":"person","object":"deadlines"}`)
		address := feed["address"].(string)
		file, secret := t.asks(user, "GET", "/deadlines.ics", 200, "", nil), t.asks(nobody, "GET", address, 200, "", nil)
		if !strings.Contains(secret, "电解质薄膜连续成型") || !strings.Contains(secret, "UID:") || strings.Count(secret, "BEGIN:VEVENT") != strings.Count(file, "BEGIN:VEVENT") {
			t.Errorf("at the secret address:\n%s\nthe file:\n%s", secret, file)
		}
		if again := t.asks(nobody, "GET", address, 200, "", nil); strings.Count(again, "UID:") != strings.Count(secret, "UID:") {
			t.Error("asked twice it is another calendar")
		}
		t.asks(nobody, "GET", strings.TrimSuffix(address, ".ics"), 404, "", nil)
		other := "x" // another last letter
		if strings.HasSuffix(address, "x.ics") {
			other = "y"
		}
		t.asks(nobody, "GET", address[:len(address)-5]+other+".ics", 404, "", nil)
		t.asks(stranger, "POST", "/api/v1/calendars/"+feed["id"].(string)+"/revoke", 404, "", nil)
		t.asks(nobody, "GET", address, 200, "", nil)
		t.asks(user, "POST", "/api/v1/calendars/"+feed["id"].(string)+"/revoke", 200, "", nil)
		t.asks(nobody, "GET", address, 404, "", nil)
	})
}
