package notice

import "context"

// Letter is one message on its way out of the node. Text is plain text.
type Letter struct {
	ID            string // the same whenever the same letter is carried again; "" where it never is
	Name, Address string // of who gets it
	Subject, Text string
}

// Courier carries letters to people. Carry may be called concurrently. It returns nil once the next station has taken the
// letter, a fault.Invalid where the letter can never be carried, and any other error where it may be tried again.
type Courier interface {
	Carry(ctx context.Context, l Letter) error
}
