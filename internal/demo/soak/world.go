package soak

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"

	"corridor/internal/demo"
)

// payers are the jurisdictions that pay for vouchers, in the order of the demonstration.
var payers = []string{demo.Shanghai, demo.Jiangsu, demo.Zhejiang, demo.Anhui}

const (
	ordersOfFirm = 150 // that an entitlement of entitled yuan carries, with something to spare
	entitled     = "80000"
)

// firm is a firm with its clerk and its yearly entitlement.
type firm struct {
	*client
	node, org   string
	entitlement string
	since       string // the day on which it was granted, ISO
}

// lab is a laboratory with its clerk, at its own node.
type lab struct {
	*client
	node, org string
}

// desk are the officers of a node.
type desk struct{ review, finance, release, city, admin *client }

// found builds the world, in this process, and closes it: each node then is a process of its own.
func (r *run) found(ctx context.Context) (err error) {
	w, err := demo.Start(ctx, demo.Config{Dir: r.Config.Dir, BasePort: r.Config.BasePort, Logger: quiet})
	if err != nil {
		return err
	}
	defer w.Close()
	for _, m := range demo.Members {
		n := w.Node(m.Code)
		r.nodes = append(r.nodes, &process{name: m.Code, url: n.URL(), said: filepath.Join(r.Config.Dir, m.Short()+".said")})
	}
	mails := map[string]string{demo.Shanghai: "shanghai", demo.Jiangsu: "jiangsu", demo.Zhejiang: "zhejiang", demo.Anhui: "anhui"}
	r.desks = map[string]desk{}
	for _, code := range payers {
		at, mail := w.Node(code).URL(), mails[code]+".example"
		r.desks[code] = desk{newClient(at, "review@"+mail), newClient(at, "finance@"+mail), newClient(at, "release@"+mail), newClient(at, "city@"+mail), newClient(at, "admin@"+mail)}
		count := max(r.Config.Orders/len(payers)*3/2/ordersOfFirm, 1) + 1
		firms, err := w.AddFirms(ctx, code, count)
		if err != nil {
			return err
		}
		for _, f := range firms {
			r.firms = append(r.firms, &firm{client: newClient(at, f.Email), node: code, org: f.Org})
		}
	}
	for _, l := range []struct{ org, node string }{{demo.Lab, demo.Shanghai}, {demo.JiangsuLab, demo.Jiangsu}, {demo.ZhejiangLab, demo.Zhejiang}} {
		c, err := w.AddClerk(ctx, l.node, l.org)
		if err != nil {
			return err
		}
		r.labs = append(r.labs, &lab{newClient(w.Node(l.node).URL(), c.Email), l.node, l.org})
	}
	return nil
}

// entitle gives every firm its yearly entitlement.
func (r *run) entitle(ctx context.Context) error {
	return r.all(ctx, len(r.firms), func(i int) error {
		f, d := r.firms[i], r.desks[r.firms[i].node]
		var k caseAnswer
		if _, err := f.until(ctx, http.MethodPost, "/api/v1/cases", "soak-entitlement", map[string]any{"scheme": "voucher-entitlement", "org": f.org}, &k); err != nil {
			return fmt.Errorf("entitlement of %s: %w", f.org, err)
		}
		f.entitlement = k.ID
		if err := r.fill(ctx, f.client, k.ID, map[string]string{"asked": entitled, "planned_use": "soak", "bank_account": "6222021", "tax_consent": "true"}); err != nil {
			return err
		}
		steps := []struct {
			who    *client
			action string
		}{{f.client, "submit"}, {d.city, "recommend"}, {d.review, "grant"}}
		for _, s := range steps {
			if s.action == "recommend" && f.node != demo.Anhui {
				continue
			}
			if _, err := s.who.until(ctx, http.MethodPost, "/api/v1/cases/"+k.ID+"/actions/"+s.action, "soak-"+s.action, map[string]any{"reason": "soak"}, &k); err != nil {
				return fmt.Errorf("entitlement of %s: %s: %w", f.org, s.action, err)
			}
		}
		for _, h := range k.History {
			if h.Action == "grant" && len(h.At) >= len("2006-01-02") {
				f.since = h.At[:len("2006-01-02")]
			}
		}
		return nil
	})
}
