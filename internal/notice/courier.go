package notice

import "context"

// Letter is one message on its way out of the node. Text is plain text.
type Letter struct {
	Name, Address string // of who gets it
	Subject, Text string
}

// Courier carries letters out of the node: by e-mail, or to another system. Carry may be called concurrently. It returns
// nil once the next station has taken the letter, an error that is a fault.Invalid where the letter can never be
// carried, and any other error where it may be tried again. The same letter may come twice after a crash.
type Courier interface {
	Carry(ctx context.Context, l Letter) error
}
