// Package notice tells people what happened, and keeps what was told to whom and when.
//
// Tell takes part in the act that it tells of, so a notice exists if and only if the act does. It is addressed to a
// person, or to whoever holds a role for a region, office or organisation; who that is, is asked in the act (People), and
// each of them has the notice in the node, unread until they read it. From there it may also leave the node: by e-mail to
// those who wish it, and to the systems of an organisation by a signed request (Hook). Those ways are jobs of the act,
// tried again with pauses until they succeed or a person sees them among the dead.
//
// Guarantees. A notice with a key is told once to a person, however often the act is repeated. What was told is append
// only, which the database guards too, and names nobody: people stand under their id and addresses are asked for when a
// letter leaves, so a person can be erased. A letter that left just before a crash may leave twice, under the same
// Message-ID or webhook-id, so that a receiver can tell.
//
// A request to a system is signed as Standard Webhooks 1.0 says (https://www.standardwebhooks.com): HMAC-SHA256 over id,
// time and body. It goes to https addresses of the public network only, follows no redirect and carries no personal data.
//
// The package knows no case and no permission: the face asks access before it lists or changes anything. It does not
// deliver documents with legal effect (送达); it keeps the evidence that somebody could have read. Text messages (短信) are
// sent by whoever writes a Courier for them.
package notice
