// Package casework runs what people ask for: cases that go through the stages of a scheme.
//
// A case is opened for an organisation under the edition of a scheme that is in force, and keeps that edition
// to its end. An act is one transaction: the table of stages says whether the action is possible here, access
// says whether this person plays one of its roles, the rules of the scheme are judged from facts that are read
// in the transaction, and then state, postings, public leaf and journal are written together or not at all.
// Each step keeps its decision: every rule's answer with the values that it saw, who decided, by which mandate.
//
// When several things stand in the way, the answer is the first of: the case is not to be seen (not found),
// the same request was answered already (answered again, nothing done twice), somebody changed the case
// meanwhile, the stage has no such action, the actor plays none of its roles, too often, the same person did
// what must be done by another, a rule that fails, one whose facts cannot be had, one that an officer has to
// answer, an amount that cannot be had, the books.
//
// Clocks are data of the case: when the stage has a row by clock its time is stored with the case, Tick fires
// what is due, once, however long the node was down. Nothing fires on a provisional day.
//
// The package knows no scheme by name. It moves no money by itself (the ledger does), judges nothing by itself
// (the scheme does) and decides no permission by itself (access does); it joins them.
package casework
