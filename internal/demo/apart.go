package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/node"
	"corridor/internal/unit"
)

// Apart runs one member of a world that Start has built before, so that every node can be a process of its own. Its clock shows skew
// more than the world's; moved by any of the processes, it moves for all. It returns when ctx ends.
func Apart(ctx context.Context, c Config, code string, skew time.Duration) (err error) {
	m := memberOf(code)
	if m.Code == "" {
		return fmt.Errorf("%s is no member of the demonstration's community", code)
	}
	clock, err := OpenClock(c.Dir)
	if err != nil {
		return err
	}
	clock.skew = skew
	go clock.follow(ctx)
	packs, err := packsOf(clock)
	if err != nil {
		return err
	}
	keys, err := openKeys(c.Dir)
	if err != nil {
		return err
	}
	n, err := node.Open(ctx, nodeConfig(c, m, keys, packs, clock, c.Carry))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, n.Close()) }()
	if err := n.DB.Warm(ctx); err != nil {
		return err
	}
	if err := n.Listen(); err != nil {
		return err
	}
	return n.Run(ctx)
}

// Clerk is somebody who acts for an organisation at a node.
type Clerk struct{ Node, Org, Email string }

// AddFirms enters count firms like the small firm of the world at a node, each with somebody who acts for it. For worlds that are
// built to be worn out.
func (w *Community) AddFirms(ctx context.Context, at string, count int) (all []Clerk, err error) {
	n := w.Node(at)
	who, err := actor(ctx, n, adminOf(at))
	if err != nil {
		return nil, err
	}
	like := likeAt(at)
	for i := range count {
		subject, err := unit.MakeSubject(fmt.Sprintf("DEN%05d", i))
		if err != nil {
			return nil, err
		}
		code, err := unit.MakeUSCC("91" + string(like.Region) + subject)
		if err != nil {
			return nil, err
		}
		o := like
		o.Code = string(code)
		o.Name = fault.Words{fmt.Sprintf("%s%d（演示）", "演示材料有限公司", i+1), fmt.Sprintf("Demo Materials %d Ltd (demo)", i+1)}
		if err := enterOrganisation(ctx, n, who, o); err != nil {
			return nil, fmt.Errorf("firm %s: %w", o.Code, err)
		}
		c, err := w.AddClerk(ctx, at, o.Code)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// AddClerk invites somebody to act for an organisation at a node, and accepts for them.
func (w *Community) AddClerk(ctx context.Context, at, org string) (Clerk, error) {
	n := w.Node(at)
	who, err := actor(ctx, n, adminOf(at))
	if err != nil {
		return Clerk{}, err
	}
	p := Person{Node: at, Email: fmt.Sprintf("clerk.%s@%s.example", org, memberOf(at).Short()), Name: fault.Words{"经办人（演示）", "Clerk (demo)"}, Org: org, Role: "org_admin"}
	if err := account(ctx, n, who, p, nil); err != nil {
		return Clerk{}, fmt.Errorf("account %s: %w", p.Email, err)
	}
	return Clerk{at, org, p.Email}, nil
}

func adminOf(code string) string {
	for _, p := range People {
		if p.Node == code && p.Role == adminRole {
			return p.Email
		}
	}
	return ""
}

// likeAt is a small firm of the world at a node.
func likeAt(code string) organisation {
	for _, o := range organisations() {
		if o.Home == code && o.Kind == "firm" {
			return o
		}
	}
	return organisation{}
}

// Instrument is the number of an instrument of a node, by its title in English.
func (w *Community) Instrument(ctx context.Context, at, title string) (unit.ID, error) {
	return instrumentOf(ctx, w.Node(at), title)
}

// instrumentOf is the number of an instrument of a node, by its English title.
func instrumentOf(ctx context.Context, n *node.Node, title string) (unit.ID, error) {
	all, _, err := n.Bookings.Instruments(ctx, access.Actor{}, "", "")
	if err != nil {
		return "", err
	}
	for _, i := range all {
		if i.Title[1] == title {
			return i.ID, nil
		}
	}
	return "", fmt.Errorf("%s has no %s", n.Node.Code, title)
}
