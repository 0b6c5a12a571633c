package demo

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"slices"
	"testing"
	"time"

	"corridor/internal/db"
	"corridor/internal/federation"
	"corridor/internal/node"
	"corridor/internal/unit"
)

// BenchmarkHoldTogether files orders of a firm of Anhui that name an instrument of Shanghai, one after the other, between two
// nodes that serve over HTTP: from the request that files until both sides are durable, the money in the books of Anhui and the slot
// in the calendar of Shanghai, and Anhui knows it. What is measured begins with the firm's request and ends when the case shows the
// slot as held. Run it with -benchtime 300x.
func BenchmarkHoldTogether(b *testing.B) {
	ctx := b.Context()
	ok := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	w, err := Start(ctx, Config{Dir: b.TempDir(), BasePort: freeBase(b), Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	ok(err)
	running, stop := context.WithCancel(ctx)
	done := make(chan struct{}, 2)
	home, host := w.Node(Anhui), w.Node(Shanghai)
	for _, n := range []*node.Node{home, host} {
		go func() { _ = n.Run(running); done <- struct{}{} }()
	}
	defer func() { stop(); <-done; <-done; _ = w.Close() }()

	people := map[string]*client{}
	for _, name := range []string{"firm", "city", "review", "lab"} {
		people[name], err = signIn(ctx, home.URL(), name+"@anhui.example")
		ok(err)
	}
	firm := people["firm"]
	var yearly caseAnswer
	ok(firm.post(ctx, "/api/v1/cases", "", map[string]any{"scheme": yearlyScheme, "org": SmallFirm}, &yearly))
	ok(firm.put(ctx, "/api/v1/cases/"+yearly.ID+"/form", map[string]any{"fields": map[string]string{"asked": "80000", "planned_use": "bench", "bank_account": "6222021", "tax_consent": "true"}}, nil))
	for _, x := range [][2]string{{"firm", "submit"}, {"city", "recommend"}, {"review", "grant"}} {
		_, err = act(ctx, people[x[0]], yearly.ID, x[1], "", nil)
		ok(err)
	}
	listing, err := w.Instrument(ctx, Shanghai, "120 kV transmission electron microscope")
	ok(err)

	// stands waits until a slot of a case is in a state, and says how long that took.
	stands := func(id, state string, since time.Time) time.Duration {
		for {
			var all []federation.Slot
			ok(home.DB.Read(ctx, func(tx *db.Tx) (err error) { all, err = home.Federation.SlotsOf(ctx, tx, unit.ID(id)); return err }))
			took := time.Since(since)
			switch {
			case len(all) > 0 && all[0].State == state:
				return took
			case took > 10*time.Second:
				b.Fatalf("the slot is not %s: %+v", state, all)
			}
			time.Sleep(time.Millisecond / 2)
		}
	}
	var held, confirmed []time.Duration
	for n := range b.N {
		b.StopTimer()
		var k caseAnswer
		ok(firm.post(ctx, "/api/v1/cases", "", map[string]any{"scheme": orderScheme, "parent": yearly.ID}, &k))
		var free struct {
			Offers []struct{ Slot string }
		}
		at := "/api/v1/cases/" + k.ID
		ok(firm.get(ctx, at+"/slots/slot/free?"+url.Values{"host": {Shanghai}, "listing": {string(listing)}, "minutes": {"120"}}.Encode(), &free))
		ok(firm.put(ctx, at+"/form", map[string]any{"fields": map[string]string{"provider": Lab, "service": "testing", "purpose": "bench", "slot": free.Offers[n%len(free.Offers)].Slot}}, nil))
		b.StartTimer()
		began := time.Now()
		_, err = act(ctx, firm, k.ID, "file", "", nil)
		ok(err)
		held = append(held, stands(k.ID, federation.SlotHeld, began))
		b.StopTimer()
		began = time.Now()
		_, err = act(ctx, people["lab"], k.ID, "accept", "", nil)
		ok(err)
		confirmed = append(confirmed, stands(k.ID, federation.SlotConfirmed, began))
		_, err = act(ctx, firm, k.ID, "cancel", "", nil)
		ok(err)
		stands(k.ID, federation.SlotReleased, time.Now())
	}
	for _, n := range []*node.Node{home, host} {
		if found, err := n.Audit(ctx, func(string) {}); err != nil || len(found) > 0 {
			b.Errorf("audit of %s: %v %v", n.Node.Code, found, err)
		}
	}
	at := func(all []time.Duration, part float64) float64 {
		slices.Sort(all)
		return float64(all[min(int(part*float64(len(all))), len(all)-1)].Microseconds()) / 1000
	}
	for name, all := range map[string][]time.Duration{"held": held, "confirmed": confirmed} {
		for _, part := range []int{50, 99} {
			b.ReportMetric(at(all, float64(part)/100), fmt.Sprintf("ms-%s-p%d", name, part))
		}
	}
}
