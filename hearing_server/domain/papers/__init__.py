"""A paper (文书): a document of a case that is not a transcript. Its log, its state, its rules; all pure.

A paper is its log, as a hearing is: numbered facts in canonical form, each a leaf of a tree of its own
(log.py), in the same event store under the paper's id. State is a fold over them (paper.py), what may be
done is decided from it (decide.py). One log for all that happens to a paper, so that one root proves that
it was made, sent, opened, read, signed or refused, served, and when.

Two things can be asked of a person of the case: to sign it (`Signer`), within a round that ends in the
archived file; and to take notice of it (`Service`), once it is archived. Consent to be served
electronically is a log of each person's own (consent.py), because it outlasts every paper.
"""
