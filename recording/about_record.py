"""What lies in every hearing's folder for whoever receives it: how to see for oneself what it proves."""

TEXT = """\
庭审记录 / The record of a hearing
==================================

本文件夹是一次庭审的录音录像和日志，可以脱离任何服务器自行验证。
This folder holds the recording and the log of one hearing. It proves itself, on any machine, offline.

    <参与人 party>/<来源 source>/<开始毫秒 start ms>-<n>.mkv[.enc]   录像片段 segments
    log.jsonl        日志：每行一条，规范 JSON（RFC 8785）   the log: one entry a line, canonical JSON
    roots.d/         法院对日志根的签名和时间戳             the court's signatures of the log's root
    court.pem        法院根证书                             the court's root certificate
    timestamps.pem   外部时间戳机构的根证书（如有）          roots of an outside timestamp authority, if any

验证 / To verify
    hearing-server verify .
    hearing-server verify . --root court-root-from-the-court.pem

根证书必须另从法院取得并核对指纹：任何人都能自造一张。
Take the root certificate from the court by another way, or compare its fingerprint: anyone can make one.

手工核对 / By hand
  片段 a segment:    sha256sum FILE，与日志中 "sha256" 相同 equals "sha256" in the log
  根的签名 a root:    N=000123   （roots.d 中的任一编号 any number in roots.d）
    openssl x509 -in roots.d/$N.pem -pubkey -noout > key.pem
    openssl dgst -sha256 -verify key.pem -signature roots.d/$N.sig roots.d/$N.json
    openssl verify -CAfile court.pem -purpose any roots.d/$N.pem
    openssl ts -verify -data roots.d/$N.sig -in roots.d/$N.tst -token_in -CAfile court.pem
  根本身 the root itself: RFC 9162 2.1.1，叶 = SHA-256(0x00 || 行), 节点 = SHA-256(0x01 || 左 || 右)；
    行不含换行符，取前 "size" 行。 leaf = SHA-256(0x00 || line), node = SHA-256(0x01 || left || right),
    over the first "size" lines, each without its newline.

最新的根之后写入的内容尚无签名证明：此后若被整体截去，仅凭本文件夹无法发现。
What was entered after the newest root is not proven by it: if all of that were cut off, this folder
alone could not tell.
"""

PAPER_TEXT = """\
案件文书 / A paper of a case
============================

本卷宗包含一份文书及其日志，可以脱离任何服务器自行验证。
This bundle holds one paper of a case and its log. It proves itself, on any machine, offline.

    documents.d/paper.pdf        签章、签名后的文书                   the paper, sealed and signed
    documents.d/original.pdf     法院收到的原文件（如有）              the file that was handed in, if it was one
    documents.d/notice-*.pdf     送达通知书      notices of service
    documents.d/proof-*.pdf      送达凭证        proofs of service
    strokes.d/                   签名笔迹        how names were written
    report.pdf                   证据报告        evidence report: who, when, each step
    log.jsonl                    日志：每行一条，规范 JSON（RFC 8785）  the log: one entry a line, canonical JSON
    roots.d/                     法院对日志根的签名和时间戳             the court's signatures of the log's root
    court.pem, court.crl         法院根证书、吊销列表                  the court's root certificate, revoked ones

验证 / To verify
    hearing-server verify FILE.asice --root court-root-from-the-court.pem

根证书必须另从法院取得并核对指纹：任何人都能自造一张。
Take the root certificate from the court by another way, or compare its fingerprint: anyone can make one.
"""
