package soak

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"time"

	"corridor/internal/demo"
	"corridor/internal/unit"
)

// Money and slot held together, with one thing broken at each step of the protocol. The home of the orders is Anhui, the host of the
// instrument Shanghai, each a process of its own; the firm's acts are taken at home while the other side, or the answer, or home
// itself is lost. After each step both sides have to come to the same state by themselves.

const (
	slotMinutes = "120"
	slotMost    = 3 * time.Minute // for both sides to agree, on a machine that is busy
	slotLook    = 30 * time.Millisecond
	slotTitle   = "120 kV transmission electron microscope"
)

// slotSteps are the steps of an order's slot: who takes what at home, and the state to which both sides come.
var slotSteps = []struct{ who, action, state string }{
	{"firm", "file", "held"},
	{"lab", "accept", "confirmed"},
	{"firm", "cancel", "released"},
}

// SlotReport is what became of the orders.
type SlotReport struct {
	Steps, Kills int
	Violations   []Violation
	Audit        string // "" is clean
}

type slotRun struct {
	Config
	home, host *process
	links      *Links
	way        *between // from home to the host
	firm, lab  *client  // both act at home
	admin      *client  // of the host
	finance    *client
}

// Slots runs two nodes as two processes and lives an order for each kind of trouble, which comes at each of its steps.
func Slots(ctx context.Context, c Config) (rep SlotReport, err error) {
	r := &slotRun{Config: c}
	listing, err := r.found(ctx)
	if err != nil {
		return rep, fmt.Errorf("found the world: %w", err)
	}
	defer func() { err = errors.Join(err, r.home.stop(), r.host.stop(), r.links.Close()) }()
	yearly, err := r.entitle(ctx)
	if err != nil {
		return rep, err
	}
	for i, t := range breakings {
		order, err := r.draft(ctx, yearly, listing, i)
		if err != nil {
			return rep, fmt.Errorf("order %d: %w", i, err)
		}
		for _, s := range slotSteps {
			rep.Steps++
			fmt.Fprintf(c.Out, "%-9s %s\n", s.action, t.name)
			run := func(do mend) {
				if do != nil && err == nil {
					err = do(ctx, r.way)
				}
			}
			run(t.before)
			if err != nil {
				return rep, err
			}
			if err := r.act(ctx, s.who, order, s.action, fmt.Sprintf("slots-%d-%s", i, s.action)); err != nil {
				return rep, fmt.Errorf("order %d, %s: %w", i, s.action, err)
			}
			run(t.after)
			if err != nil {
				return rep, err
			}
			there, err := r.agree(ctx, order, s.state, t.reached)
			if err != nil {
				return rep, fmt.Errorf("order %d, %s, %s: %w", i, s.action, t.name, err)
			}
			if there != "" {
				rep.Violations = append(rep.Violations, Violation{"both sides", i, s.action + ", " + t.name + ": " + there})
			}
		}
	}
	if err := r.links.Used(); err != nil {
		return rep, err
	}
	held, err := r.held(ctx)
	if err != nil {
		return rep, err
	}
	if held != 0 {
		rep.Violations = append(rep.Violations, Violation{"money", -1, "all orders are cancelled, and " + held.Yuan() + " yuan are still held"})
	}
	rep.Kills = r.home.kills + r.host.kills
	if err := errors.Join(r.home.stop(), r.host.stop()); err != nil {
		return rep, err
	}
	if out, err := exec.CommandContext(ctx, c.Binary, "audit", "--dir", c.Dir).CombinedOutput(); err != nil {
		rep.Audit = string(out)
	}
	return rep, nil
}

// found builds the world in this process, closes it, and starts the two nodes, home's way to the host through a proxy.
func (r *slotRun) found(ctx context.Context) (listing unit.ID, err error) {
	w, err := demo.Start(ctx, demo.Config{Dir: r.Config.Dir, BasePort: r.Config.BasePort, Logger: quiet})
	if err != nil {
		return "", err
	}
	all, addresses := processesOf(r.Config, w, demo.Anhui, demo.Shanghai)
	r.home, r.host = all[0], all[1]
	listing, err = w.Instrument(ctx, demo.Shanghai, slotTitle)
	if err := errors.Join(err, w.Close()); err != nil {
		return "", err
	}
	r.links = NewLinks(addresses, r.Seed)
	r.links.Deafen(`"kind":"slot.`)
	r.way = &between{r.Binary, r.home, r.host, r.links}
	if err := startBehind(ctx, r.Config, r.links, all); err != nil {
		return "", err
	}
	r.firm, r.lab, r.finance = newClient(r.home.url, "firm@anhui.example"), newClient(r.home.url, "lab@anhui.example"), newClient(r.home.url, "finance@anhui.example")
	r.admin = newClient(r.host.url, "admin@shanghai.example")
	return listing, nil
}

func (r *slotRun) act(ctx context.Context, who, id, action, key string) error {
	c := map[string]*client{"firm": r.firm, "lab": r.lab}[who]
	if c == nil {
		c = newClient(r.home.url, who+"@anhui.example")
	}
	_, err := c.until(ctx, http.MethodPost, "/api/v1/cases/"+id+"/actions/"+action, key, map[string]any{"reason": "soak"}, nil)
	return err
}

func (r *slotRun) entitle(ctx context.Context) (id string, err error) {
	var k caseAnswer
	if _, err := r.firm.until(ctx, http.MethodPost, "/api/v1/cases", "slots-yearly", map[string]any{"scheme": "voucher-entitlement", "org": demo.SmallFirm}, &k); err != nil {
		return "", err
	}
	fields := map[string]string{"asked": entitled, "planned_use": "soak", "bank_account": "6222021", "tax_consent": "true"}
	if _, err := r.firm.until(ctx, http.MethodPut, "/api/v1/cases/"+k.ID+"/form", "", map[string]any{"fields": fields}, nil); err != nil {
		return "", err
	}
	for _, s := range [][2]string{{"firm", "submit"}, {"city", "recommend"}, {"review", "grant"}} {
		if err := r.act(ctx, s[0], k.ID, s[1], "slots-"+s[1]); err != nil {
			return "", fmt.Errorf("%s the entitlement: %w", s[1], err)
		}
	}
	return k.ID, nil
}

// draft is an order that names a free slot of the host's instrument.
func (r *slotRun) draft(ctx context.Context, yearly string, listing unit.ID, i int) (id string, err error) {
	var k caseAnswer
	if _, err := r.firm.until(ctx, http.MethodPost, "/api/v1/cases", fmt.Sprintf("slots-%d", i), map[string]any{"scheme": "voucher-order", "parent": yearly}, &k); err != nil {
		return "", err
	}
	var free struct{ Offers []struct{ Slot string } }
	at := "/api/v1/cases/" + k.ID
	if err := r.firm.get(ctx, at+"/slots/slot/free?"+url.Values{"host": {r.host.name}, "listing": {string(listing)}, "minutes": {slotMinutes}}.Encode(), &free); err != nil {
		return "", err
	}
	if len(free.Offers) == 0 {
		return "", errors.New("no slot is free")
	}
	fields := map[string]string{"provider": demo.Lab, "service": "testing", "purpose": "soak", "slot": free.Offers[len(free.Offers)-1].Slot}
	_, err = r.firm.until(ctx, http.MethodPut, at+"/form", "", map[string]any{"fields": fields}, nil)
	return k.ID, err
}

type slotSeen struct {
	ID    string `json:"id"`
	State string `json:"state"`
}

// agree waits until both sides have come to a state, mending once the host has; what they came to instead is said.
func (r *slotRun) agree(ctx context.Context, order, state string, reached mend) (instead string, err error) {
	var home struct{ Slots []slotSeen }
	var host struct{ Kept []slotSeen }
	there := ""
	for end := time.Now().Add(slotMost); time.Now().Before(end); {
		if err := r.firm.get(ctx, "/api/v1/cases/"+order+"/slots", &home); err != nil {
			return "", err
		}
		if err := r.admin.get(ctx, "/api/v1/slots/register?node="+r.home.name, &host); err != nil {
			return "", err
		}
		there = "no slot"
		for _, s := range host.Kept {
			if len(home.Slots) > 0 && s.ID == home.Slots[0].ID {
				there = s.State
			}
		}
		if there == state && reached != nil {
			if err := reached(ctx, r.way); err != nil {
				return "", err
			}
			reached = nil
		}
		if there == state && len(home.Slots) == 1 && home.Slots[0].State == state {
			return "", nil
		}
		if !wait(ctx, slotLook) {
			return "", ctx.Err()
		}
	}
	return fmt.Sprintf("home has %v, the host %s, want %s", home.Slots, there, state), nil
}

// held is what vouchers still hold for orders in the books of home.
func (r *slotRun) held(ctx context.Context) (sum unit.Fen, err error) {
	var books struct {
		Accounts []struct {
			Path string   `json:"path"`
			Held unit.Fen `json:"held"`
		} `json:"accounts"`
	}
	if err := r.finance.get(ctx, "/api/v1/books/accounts", &books); err != nil {
		return 0, err
	}
	for _, a := range books.Accounts {
		if strings.HasSuffix(a.Path, "/own/voucher") {
			sum += a.Held
		}
	}
	return sum, nil
}
