package demo

import (
	"context"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"corridor/internal/unit"
)

const slotAhead = 12 // slots that are passed over

var offeredSlot = regexp.MustCompile(`name="slot" value="([^"]+)"`)

// instrument is the number of an instrument of a node.
func (w *whole) instrument(code, title string) unit.ID {
	w.Helper()
	id, err := w.world.Instrument(context.Background(), code, title)
	w.must2(err)
	return id
}

func (w *whole) must2(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// chooses puts a free slot of an instrument into a draft, by the page, and returns it: "" is one of tomorrow or so, since the clock
// of the world goes on.
func (w *whole) chooses(p *town, name, host string, listing unit.ID, slot string) string {
	w.Helper()
	firm := p.client("firm")
	if page := p.get(firm, p.cases[name]); !strings.Contains(page, p.cases[name]+"/slots/slot") {
		w.Fatal("the form does not lead to the slots")
	}
	page := p.get(firm, p.cases[name]+"/slots/slot?"+url.Values{"host": {host}, "listing": {string(listing)}, "minutes": {"120"}}.Encode())
	all := offeredSlot.FindAllStringSubmatch(page, -1)
	if len(all) <= slotAhead {
		w.Fatalf("%d slots offered: %.2000s", len(all), page)
	}
	if slot == "" {
		slot = html.UnescapeString(all[slotAhead][1])
	}
	if !slices.ContainsFunc(all, func(m []string) bool { return html.UnescapeString(m[1]) == slot }) {
		w.Fatalf("%s is not offered", slot)
	}
	if status, _, body := p.send(firm, p.cases[name]+"/slots/slot", url.Values{"slot": {slot}}); status != http.StatusSeeOther {
		w.Fatalf("%d %s", status, markup.ReplaceAllString(problemText.FindString(body), " "))
	}
	return slot
}

// A firm of Anhui orders an instrument of Shanghai: the slot is held there with the money here, confirmed when the laboratory
// accepts, given back with the money; one that was taken meanwhile is refused by a letter with the first that would pass, and the
// order stands again before the firm with its money back.
func TestAFirmInAnhuiHoldsASlotInShanghai(t *testing.T) { onBoth(t, slotIsHeld) }

func slotIsHeld(t *testing.T, c Config) {
	w := startWith(t, c)
	home, host := w.towns[Anhui], w.towns[Shanghai]
	listing := w.instrument(Shanghai, "120 kV transmission electron microscope")
	w.granted(Anhui)
	drafts := func(name, slot string) string {
		home.play("firm adds " + name + " E voucher-order -> draft\nfirm fills " + name + " provider=" + Lab + " service=testing purpose=材料表征")
		return w.chooses(home, name, Shanghai, listing, slot)
	}
	says := func(p *town, who, path string, words ...string) func() bool {
		return func() bool {
			page := p.get(p.client(who), path)
			for _, x := range words {
				if !strings.Contains(page, x) {
					return false
				}
			}
			return true
		}
	}
	first := drafts("A", "")
	w.until("the picker does not lead from the words to the calendar in Shanghai", says(home, "firm", home.cases["A"]+"/slots/slot?q=120+kV+electron+microscope", "host="+Shanghai+"&amp;listing="+string(listing)))
	w.slotsOverJSON(home.cases["A"], listing)
	drafts("B", first)
	home.play("firm file A -> filed")
	w.until("the slot is not held", says(home, "firm", home.cases["A"], "120 kV 透射电镜", "已保留", "1,200.00"))
	no := caseNumber.FindString(home.get(home.client("firm"), home.cases["A"]))
	w.until("Shanghai does not show what it keeps", says(host, "admin", "/slots", no, "已保留", "120 kV"))

	home.play("firm file B -> filed")
	w.until("a slot that is taken is not refused", func() bool { return home.stage("firm", "B") == "unslotted" })
	page := home.get(home.client("firm"), home.cases["B"])
	for _, x := range []string{"已被预约", "最早可用", "时段落空待重选"} {
		if !strings.Contains(page, x) {
			t.Errorf("the page lacks %q", x)
		}
	}
	w.chooses(home, "B", Shanghai, listing, "")
	home.play("firm file B -> filed")
	w.until("another slot is not held", says(home, "firm", home.cases["B"], "已保留"))

	home.play("lab accept A -> accepted")
	w.until("the slot is not confirmed", says(home, "firm", home.cases["A"], "已确认"))
	w.until("Shanghai has no confirmed booking", says(host, "admin", "/slots?state=confirmed", no))
	booked := regexp.MustCompile(`/bookings/[0-9A-Z]{26}`).FindString(host.get(host.client("admin"), "/slots?state=confirmed"))
	if page := host.get(host.client("lab"), booked); !strings.Contains(page, no) || !strings.Contains(page, "已确认") || !strings.Contains(page, "安徽") {
		t.Errorf("the booking does not show whose order it is: %.3000s", page)
	}
	home.play("firm cancel A -> cancelled\nlab decline B -> declined")
	w.until("the slots are not given back", func() bool {
		page := host.get(host.client("admin"), "/slots")
		return !strings.Contains(page, `chip ok">已`) && strings.Count(page, "已退回") >= 3 // the filter's, and two slots
	})
	drafts("C", first) // what was given back is free
	home.play("firm file C -> filed")
	w.until("the slot is not held again", says(home, "firm", home.cases["C"], "已保留"))
	kept := regexp.MustCompile(`/bookings/[0-9A-Z]{26}`).FindString(host.get(host.client("admin"), "/slots?state=held"))
	if status, _, body := host.send(host.client("lab"), kept+"/decline", url.Values{"reason": {"设备检修"}}); status != http.StatusSeeOther {
		t.Fatalf("the laboratory cannot give up what it keeps: %d %.500s", status, problemText.FindString(body))
	}
	w.until("the firm is not told", says(home, "firm", home.cases["C"], "设备检修", "已落空"))
	if got := home.stage("firm", "C"); got != "unslotted" {
		t.Errorf("the order stands in %s", got)
	}
	for _, n := range w.world.Nodes {
		if found, err := n.Audit(context.Background(), func(string) {}); err != nil || len(found) > 0 {
			t.Errorf("audit of %s: %v %v", n.Node.Code, found, err)
		}
	}
	w.dealThere(listing)
	w.freeThere(listing)
}

// slotsOverJSON asks every operation of slots, as those who may and as those who may not.
func (w *whole) slotsOverJSON(order string, listing unit.ID) {
	w.Helper()
	home, host := w.towns[Anhui], w.towns[Shanghai]
	free := "/api/v1/slots?kind=firm&minutes=120&listing="
	ofCase := "/api/v1" + order + "/slots"
	for _, x := range []struct {
		at        *town
		who, path string
		status    int
		says      string
	}{
		{host, "", free + string(listing), 200, `"price_fen":"1200.00"`},
		{host, "", free + string(unit.NewID(w.world.Clock.Now())), 404, "booking."},
		{host, "", free + "x", 422, `"field":"listing"`},
		{host, "", free + string(listing) + "&after=tomorrow", 422, `"field":"after"`},
		{home, "firm", ofCase + "/slot/free?host=" + Shanghai + "&minutes=120&listing=" + string(listing), 200, `"price":"1200.00"`},
		{home, "firm", ofCase + "/slot/free?host=999999&listing=" + string(listing), 404, `"field":"host"`},
		{home, "firm", ofCase + "/purpose/free?listing=" + string(listing), 404, "casework.slot_field"},
		{home, "lab", ofCase + "/slot/free?listing=" + string(listing), 404, ""},
		{home, "firm", ofCase, 200, `"slots":[]`},
		{home, "", ofCase, 401, ""},
		{home, "admin", "/api/v1/slots/register", 200, `"held":[]`},
		{home, "firm", "/api/v1/slots/register", 404, "access.not_found"},
		{home, "admin", "/api/v1/slots/register?kept=x", 422, `"field":"after"`},
	} {
		asks := http.DefaultClient
		if x.who != "" {
			asks = x.at.client(x.who)
		}
		answer, err := asks.Get(x.at.at + x.path)
		w.must2(err)
		body, err := io.ReadAll(answer.Body)
		w.must2(err)
		answer.Body.Close()
		if answer.StatusCode != x.status || !strings.Contains(string(body), x.says) {
			w.Errorf("%s asks %s: %d %.300s, want %d and %s", x.who, x.path, answer.StatusCode, body, x.status, x.says)
		}
	}
}
