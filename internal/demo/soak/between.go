package soak

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"corridor/internal/demo"
)

// between is one step that is taken in one node and has to reach another by a letter.
type between struct {
	binary   string
	from, to *process
	links    *Links
}

func (b *between) link(m Mode) error { b.links.Set(b.from.name, b.to.name, m); return nil }

type mend func(context.Context, *between) error

// breakings are what is broken around one such step. before breaks, reached mends once the other node has done what was asked of it,
// and after mends where that node cannot be reached at all.
var breakings = []struct {
	name                   string
	before, reached, after mend
}{
	{name: "nothing is broken"},
	{name: "the node that is asked is killed before the letter comes",
		before: func(_ context.Context, b *between) error { return b.to.kill() },
		after:  func(ctx context.Context, b *between) error { return b.to.start(ctx, b.binary) }},
	{name: "the node that is asked is killed when it has done it, before its answer is home",
		before: func(_ context.Context, b *between) error { return b.link(Deaf) },
		reached: func(ctx context.Context, b *between) error {
			return errors.Join(b.to.kill(), b.to.start(ctx, b.binary), b.link(Up))
		}},
	{name: "the node that asks is killed when the other has done it, before the answer is written down",
		before: func(_ context.Context, b *between) error { return b.link(Deaf) },
		reached: func(ctx context.Context, b *between) error {
			return errors.Join(b.from.kill(), b.link(Up), b.from.start(ctx, b.binary))
		}},
	{name: "the node that asks is killed with the letter unsent",
		before: func(_ context.Context, b *between) error { return b.link(Cut) },
		after: func(ctx context.Context, b *between) error {
			return errors.Join(b.from.kill(), b.link(Up), b.from.start(ctx, b.binary))
		}},
	{name: "each letter comes twice",
		before:  func(_ context.Context, b *between) error { return b.link(Twice) },
		reached: func(_ context.Context, b *between) error { return b.link(Up) }},
	{name: "old letters come again",
		before:  func(_ context.Context, b *between) error { return b.link(Repeated) },
		reached: func(_ context.Context, b *between) error { return b.link(Up) }},
}

// processesOf makes a process of some nodes of a world that was built in this one, without starting them.
func processesOf(c Config, w *demo.Community, codes ...string) (all []*process, addresses map[string]string) {
	addresses = map[string]string{}
	for _, code := range codes {
		url := w.Node(code).URL()
		addresses[code] = strings.TrimPrefix(url, "http://")
		all = append(all, &process{name: code, url: url, said: filepath.Join(c.Dir, code+".said")})
	}
	return all, addresses
}

// startBehind starts processes, each behind a proxy of its own.
func startBehind(ctx context.Context, c Config, links *Links, all []*process) error {
	for _, p := range all {
		proxy, err := links.From(p.name)
		if err != nil {
			return err
		}
		p.args = []string{"soak", "node", "--dir", c.Dir, "--base-port", fmt.Sprint(c.BasePort), "--code", p.name, "--proxy", proxy.String()}
		if err := p.start(ctx, c.Binary); err != nil {
			return err
		}
	}
	return nil
}
