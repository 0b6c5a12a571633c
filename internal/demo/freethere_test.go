package demo

import (
	"context"
	"strings"
	"time"

	"corridor/internal/db"
	"corridor/internal/unit"
)

// answersThere looks again, as soon as the neighbour is asked again, at what a neighbour said: who looks is not kept waiting for one that
// is slow, and what it did not say stands for a minute.
func (w *whole) answersThere(said func() bool) {
	for range 5 {
		if said() {
			return
		}
		w.passes(2 * time.Minute)
	}
}

// freeThere reads in Anhui when an instrument of Shanghai is free: on the page of the mirrored listing and by a program, with the
// moment at which Shanghai said so; what everybody reads is asked once, and while Shanghai is down the last answer is shown as old.
func (w *whole) freeThere(listing unit.ID) {
	w.Helper()
	home, ctx := w.towns[Anhui], context.Background()
	var here unit.ID
	w.until("the listing is not mirrored", func() (found bool) {
		w.must2(home.node.DB.Read(ctx, func(tx *db.Tx) (err error) {
			here, found, err = home.node.Catalogue.MirrorOf(ctx, tx, Shanghai, listing)
			return err
		}))
		return found
	})
	path := "/listings/" + string(here)
	says := func(path string, words ...string) {
		w.Helper()
		page := home.get(home.client("firm"), path)
		for _, x := range words {
			if !strings.Contains(page, x) {
				w.Errorf("%s does not say %q: %.600s", path, x, page)
			}
		}
	}
	w.answersThere(func() bool { return strings.Contains(home.get(home.client("firm"), path), "由其节点答复于") })
	says(path, "那里的空闲时段", "由其节点答复于", "600.00", "企业", w.towns[Shanghai].at+"/instruments/"+string(listing))
	says("/api/v1"+path+"/free", `"node":"310000"`, `"listing":"`+string(listing)+`"`, `"old":false`, `"price_fen":"600.00"`)
	answers := func() string {
		page := home.get(home.client("firm"), path)
		_, rest, _ := strings.Cut(page, "由其节点答复于")
		at, _, _ := strings.Cut(rest, "；")
		return at
	}
	first := answers()
	w.passes(2 * time.Minute)
	w.answersThere(func() bool { return answers() != first })
	if again := answers(); again == first {
		w.Error("it is not asked again")
	}
	own := w.towns[Shanghai]
	if text := own.get(own.client("firm"), "/api/v1/listings/"+string(listing)+"/free"); !strings.Contains(text, `"node":"310000"`) || !strings.Contains(text, `"price_fen":"600.00"`) {
		w.Errorf("at its own node: %s", text)
	}
	w.stops[Shanghai]()
	w.passes(2 * time.Minute)
	says(path, "那里的空闲时段", "由其节点答复于", "邻站没有答复")
	says("/api/v1"+path+"/free", `"old":true`, "federation.slot_silent", `"price_fen":"600.00"`)
}
