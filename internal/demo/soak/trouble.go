package soak

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// Troubles say how often what breaks: chances for each second.
type Troubles struct {
	Link    float64       // that one link in one direction becomes worse
	Kill    float64       // that a node is killed without warning
	Longest time.Duration // of a link's trouble, and of a node's absence
}

// trouble breaks things until ctx ends, from a seed; then everything is healed and every node runs.
func (r *run) trouble(ctx context.Context) error {
	t := r.Troubles
	random := rand.New(rand.NewPCG(r.Seed, 2))
	heals := map[[2]string]time.Time{}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			r.links.Heal()
			return nil
		case now := <-tick.C:
			for pair, at := range heals {
				if now.After(at) {
					r.links.Set(pair[0], pair[1], Up)
					delete(heals, pair)
				}
			}
			if random.Float64() < t.Link {
				from, to := random.IntN(len(r.nodes)), random.IntN(len(r.nodes)-1)
				if to >= from {
					to++
				}
				mode := Mode(1 + random.IntN(int(modes)-1))
				pair := [2]string{r.nodes[from].name, r.nodes[to].name}
				r.links.Set(pair[0], pair[1], mode)
				heals[pair] = now.Add(upTo(random, t.Longest))
				r.note("%s to %s is %s", pair[0], pair[1], mode)
			}
			if random.Float64() < t.Kill {
				p := r.nodes[random.IntN(len(r.nodes))]
				r.note("%s is killed", p.name)
				if err := p.kill(); err != nil {
					return fmt.Errorf("kill node %s: %w", p.name, err)
				}
				wait(ctx, upTo(random, t.Longest/2))
				if err := p.start(context.WithoutCancel(ctx), r.Binary); err != nil {
					return err
				}
			}
		}
	}
}

func upTo(random *rand.Rand, most time.Duration) time.Duration {
	return time.Duration(random.Int64N(int64(max(most, 1)))) + 1
}

// wait pauses unless ctx ends.
func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
