package node

import (
	"corridor/internal/catalogue/intake"
)

// receive joins the room that takes files in to those that know their rows.
func (n *Node) receive() (err error) {
	n.Intake, err = intake.New(intake.Config{DB: n.DB, Access: n.Access, Files: n.Files, Takers: map[string]intake.Taker{"listings": n.Catalogue.Taker(), "runs": n.Usage.Taker()}})
	return err
}
