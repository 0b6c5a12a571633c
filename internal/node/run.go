package node

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/web"
)

// Listen takes the address, so that Run cannot fail for it. An empty Address is a free port of this machine.
func (n *Node) Listen() (err error) {
	address := n.Address
	if address == "" {
		address = "127.0.0.1:0"
	}
	if n.listener, err = net.Listen("tcp", address); err != nil {
		return fault.New(fault.Unavailable, "node.address", "address", address).Because(err).On("address")
	}
	return nil
}

// URL is where the node answers on this machine; Listen comes first.
func (n *Node) URL() string { return "http://" + n.listener.Addr().String() }

// Run serves until ctx ends, then lets the requests under way finish. Listen comes first.
func (n *Node) Run(ctx context.Context) error {
	h := n.Web.HTTP(n.listener.Addr().String())
	loops, stop := context.WithCancel(ctx)
	defer stop()
	var all sync.WaitGroup
	for _, loop := range []func(context.Context){
		func(c context.Context) { n.said("sequence the log", n.Log.Run(c)) },
		func(c context.Context) { n.said("follow the neighbours", n.Federation.Run(c)) },
		func(c context.Context) { n.said("do the jobs", n.worker.Run(c)) },
		func(c context.Context) { n.Cases.RunTrials(c, func(err error) { n.said("try an edition out", err) }) },
		func(c context.Context) { n.Intake.Run(c, func(err error) { n.said("take a file in", err) }) },
		func(c context.Context) { n.said("keep the index of the catalogue", n.Finder.Run(c)) },
		n.indexDocuments,
		n.tick,
		n.sweep,
		n.audit,
		n.remind,
	} {
		all.Go(func() { loop(loops) })
	}
	served := make(chan error, 1)
	go func() { served <- h.Serve(n.listener) }()
	var err error
	select {
	case err = <-served:
	case <-n.DB.Lost():
		// Another process serves this database now; whatever this one would say may be old.
		err = errors.Join(fault.New(fault.Unavailable, "node.lease_lost"), web.Shutdown(h), closed(<-served))
	case <-ctx.Done():
		err = errors.Join(web.Shutdown(h), closed(<-served))
	}
	stop()
	all.Wait()
	return err
}

// closed is nil for the end of a server that was shut down.
func closed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// tick fires the clocks of cases once a second.
func (n *Node) tick(ctx context.Context) {
	t := time.NewTicker(tickEvery)
	defer t.Stop()
	for {
		for range ticksAtOnce {
			fired, err := n.Cases.Tick(ctx)
			n.said("fire the clocks of cases", err)
			if fired == 0 || err != nil {
				break
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// indexDocuments finishes what was cut off while documents were taken in, and documents from before there was an index.
func (n *Node) indexDocuments(ctx context.Context) {
	for ctx.Err() == nil {
		done, err := n.Reader.Index(ctx)
		n.said("index the documents", err)
		if done == 0 || err != nil {
			return
		}
	}
}

// remind tells the day's reminders of tasks, soon after the day begins.
func (n *Node) remind(ctx context.Context) {
	t := time.NewTicker(remindEvery)
	defer t.Stop()
	for {
		_, err := n.Agreements.Tick(ctx)
		n.said("remind of tasks", err)
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// sweep deletes what no longer counts and reminds owners of old listings, at the start and every hour.
func (n *Node) sweep(ctx context.Context) {
	t := time.NewTicker(sweepEvery)
	defer t.Stop()
	for {
		n.said("sweep sessions and links", n.Access.Sweep(ctx))
		n.said("remind owners of listings", n.Catalogue.Remind(ctx))
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// audit compares what is kept twice, soon after the start and every day, gently: people are asking meanwhile. What it finds is
// logged, and counted in the metrics; nothing is mended by itself.
func (n *Node) audit(ctx context.Context) {
	for wait := auditFirst; ; wait = auditEvery {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		found, part := map[string]int{}, ""
		lines, err := n.Audit(db.Gently(ctx), func(what string) { part, found[what] = what, 0 })
		n.said("audit the "+part, err)
		for _, l := range lines {
			n.Logger.Error("audit", "node", n.Node.Code, "finding", l)
			for what := range found {
				if strings.HasPrefix(l, n.Node.Code+" "+what+": ") {
					found[what]++
				}
			}
		}
		if err == nil {
			n.metrics.auditEnded(n.now(), found)
		}
	}
}

// said logs what a loop could not do; the end of the context is no failure.
func (n *Node) said(what string, err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		n.Logger.Error(what, "node", n.Node.Code, "error", err)
	}
}
