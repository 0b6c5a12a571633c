package demo

import (
	"cmp"
	"context"
	"embed"
	"fmt"
	"io/fs"
	"time"

	"corridor/internal/fault"
	"corridor/internal/node"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// Scale is the size of a world.
type Scale string

// The sizes. A world keeps the size that it was begun with.
const (
	Small   Scale = "small"
	YRD     Scale = "yrd"     // calibrated to what was published of the delta
	Million Scale = "million" // the small world, and a million firms in its registries
)

// Scales are the sizes in the order in which help names them.
var Scales = []Scale{Small, YRD, Million}

// What was published of the delta, as sums of the whole community (rows 89 and 90 of docs/systems.md). How they
// are spread over provinces, years, cities and firms is ours and made up.
const (
	publishedInstruments = 46_441                           // instruments and sets
	publishedWorth       = 56_000_000_000 * unit.FenPerYuan // "about 56 billion yuan"
	purchasesOfYRD       = 7_012                            // published: over 7,000
	supportOfYRD         = 170_380_000 * unit.FenPerYuan    // published: over 170 million yuan
)

// pastPart is how much of a past is made, in a hundred; what is counted is rounded up, so that something is left of everything.
type pastPart int

// wholePast is all of it.
const wholePast pastPart = 100

func (p pastPart) of(n int) int { return (n*int(p) + int(wholePast) - 1) / int(wholePast) }

// sum is a part of a sum of whole thousands of yuan, which is one of whole tens of yuan.
func (p pastPart) sum(all unit.Fen) unit.Fen { return all / unit.Fen(wholePast) * unit.Fen(p) }

// historyOpens is the first morning of a world with a past.
func historyOpens() time.Time {
	return unit.Date(2024, time.January, 8).Start(unit.Beijing()).Add(9*time.Hour + 30*time.Minute)
}

//go:embed earlier
var earlierFiles embed.FS

// earlierPacks are the folders of a province's earlier editions, after its short name.
var earlierPacks = []string{"", "-call", "-proposal", "-topic", "-share", "-challenge", "-consortium"}

// earlier are the made-up earlier editions, the same ones in each province, that the past of a world happens under.
func earlier() (all []*scheme.Scheme, err error) {
	files, err := fs.Sub(earlierFiles, "earlier")
	if err != nil {
		return nil, err
	}
	for _, m := range Members[1:] {
		for _, pack := range earlierPacks {
			s, problems := scheme.Load(files, m.Short()+pack)
			if len(problems) > 0 {
				return nil, fmt.Errorf("earlier edition %s: %s", m.Short()+pack, problems[0].Words.In(fault.EN))
			}
			all = append(all, s)
		}
	}
	return all, nil
}

// grow makes of the nodes, which are open and serve nobody yet, a world of the size that is asked for. It goes on where it was cut off.
func (w *Community) grow(ctx context.Context, c Config, signed []byte) error {
	say := func(format string, args ...any) {
		if c.Progress != nil {
			c.Progress(fmt.Sprintf(format, args...))
		}
	}
	if w.Clock.scale() == YRD && w.Clock.Now().Before(opensOn()) {
		if err := w.past(ctx, c.part(), say); err != nil {
			return fmt.Errorf("the past: %w", err)
		}
		if err := w.Clock.to(opensOn()); err != nil {
			return err
		}
	}
	if w.Clock.scale() != YRD && w.Clock.Now().Before(opensOn()) {
		if err := w.monthsBefore(ctx, signed); err != nil {
			return fmt.Errorf("the two months before: %w", err)
		}
	}
	if err := w.each(func(n *node.Node) error {
		if err := build(ctx, n, signed); err != nil {
			return fmt.Errorf("build the world of node %s: %w", n.Node.Code, err)
		}
		return nil
	}); err != nil {
		return err
	}
	switch w.Clock.scale() {
	case YRD:
		for _, n := range w.Nodes { // one after the other: the machine has few cores, and an import keeps one busy
			if err := allInstruments(ctx, n, c.part(), say); err != nil {
				return fmt.Errorf("instruments of %s: %w", n.Node.Code, err)
			}
		}
		if err := readReports(ctx, w.Node(Office)); err != nil {
			return fmt.Errorf("reports: %w", err)
		}
	case Million:
		for _, n := range w.Nodes { // one after the other, for the memory, too: a file is checked whole before it is written
			if err := millionFirms(ctx, n, cmp.Or(c.Firms, firmsOfMillion), say); err != nil {
				return fmt.Errorf("firms of %s: %w", n.Node.Code, err)
			}
		}
	}
	return nil
}
