package casework

// Pieces makes the pieces of rounds and starts small, so that a few cases are many.
func (s *Service) Pieces(act, piece int) {
	s.pieces = pieces{roundAct: act, roundPiece: piece, startPiece: piece}
}
