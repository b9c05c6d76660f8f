"""What was found, line by line: a stable code, words in both languages, and what it is about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Level = Literal["ok", "gap", "masked", "warning", "error"]

WORDS: Mapping[str, str] = {
    # the log
    "log": "日志完整 log read",
    "log_missing": "没有日志 no log.jsonl",
    "log_empty": "日志为空 the log is empty",
    "log_line_too_long": "日志行过长 a line of the log is too long",
    "log_torn": "日志末行不完整 the last line of the log is torn",
    "log_not_json": "日志行无法读取 a line of the log is not an entry",
    "log_out_of_order": "日志序号不连续 an entry is missing, repeated or moved",
    "log_of_two_hearings": "日志混入别的庭审 an entry of another hearing",
    "log_time_backwards": "日志时间倒退 the log's time runs backwards",
    "log_too_large": "日志过大 the log is too large",
    "log_changed": "日志被改动 the log is not the one that was signed",
    "log_cut": "日志被截断 entries are missing at the end of the log",
    "entry_unknown": "此版本不认识的条目 an entry of a kind unknown here",
    "entries_masked": "遮蔽的条目 entries that stand as their hash alone",
    "entry_hidden": "擅自隐去的条目 an entry is hidden that the court did not mask",
    # who signed it
    "root": "根签名有效 signed root",
    "root_missing": "没有任何根签名 no root was signed: nothing is proven",
    "root_unsigned": "根签名无效 the signature of a root does not hold",
    "root_untrusted": "签名者不受信任 signed by a key that the trusted root did not certify for records",
    "root_ahead": "根先于其条目 a root over entries that come after it",
    "root_of_another_hearing": "别的庭审的根 a root of another hearing",
    "root_unreadable": "根文件无法读取 a file of a signed root cannot be read",
    "root_not_in_log": "日志中没有的根 a signed root that the log does not have",
    "root_certificate_found": (
        "根证书取自本文件夹，请向法院核对指纹 the root certificate is the folder's own: "
        "compare its fingerprint with the court's"
    ),
    "root_certificate_missing": "没有法院根证书 no root certificate of the court",
    "root_certificate_other": "文件夹内是另一张根证书 the folder's root certificate is another",
    "timestamp_missing": "没有时间戳 no timestamp",
    "timestamp_invalid": "时间戳无效 the timestamp does not hold",
    "timestamp_untrusted": "时间戳机构未获信任 the timestamp authority is not among the trusted",
    "clock_off": "服务器时钟与时间戳不符 the server's clock disagrees with the timestamp",
    "proven": "已证明 proven",
    "not_proven_after": "最新的根之后，尚无签名证明 after the newest root, proven by nothing yet",
    "not_closed": "庭审尚未闭庭 the hearing is not closed in this log",
    # the files
    "segments": "录像片段与日志一致 segments as the log says",
    "segment_missing": "录像片段缺失 segment missing",
    "segment_truncated": "录像片段被截短 segment truncated",
    "segment_changed": "录像片段被改动 segment changed",
    "segment_exchanged": "录像片段被调换 segment exchanged",
    "segment_extra": "日志中没有的录像片段 segment that the log does not have",
    "segment_misnamed": "片段名与条目不符 an entry names a segment that is not its own",
    "segment_repeated": "片段重复登记 a segment is entered twice",
    "segments_deleted": "依令删除的录像片段 segments deleted by order",
    "segments_by_hash": "未附录像文件，以哈希代之 recordings not in it, by their hashes alone",
    "segments_left_out": "副本中遮蔽的录像片段 segments masked in this copy",
    "segment_unreadable": "录像片段无法读取 segment cannot be read",
    "link": "符号链接，未跟随 a symbolic link, not followed",
    "leftover": "未完成或搁置的文件 a file left unfinished or put aside",
    "stranger": "不属于此处的文件 a file that does not belong here",
    "name_refused": "不可接受的文件名 a name that is refused",
    "copy_unsigned": "副本说明未经法院签名 the list of what is masked is not signed by the court",
    "copy_of_another": "副本说明属于另一份日志 the list of what is masked is of another log",
    # the bundle
    "container": "法院已对整个卷宗包签章 sealed by the court as a whole",
    "container_type": "不是规范的卷宗包 not what a bundle says of itself first",
    "container_unsigned": "法院签章不符 the seal is not over this manifest",
    "container_untrusted": "签章者不受信任 sealed by a key that the trusted root did not certify as a seal",
    "container_revoked": "签章证书已被吊销 the certificate of the seal was revoked",
    "manifest_missing": "没有清单 no manifest",
    "manifest_unreadable": "清单无法读取 the manifest cannot be read",
    "files": "文件与清单一致 files as the manifest says",
    "file_missing": "清单中的文件缺失 a file of the manifest is missing",
    "file_changed": "文件被改动 a file is not what the court sealed",
    "file_extra": "清单中没有的文件 a file that the manifest does not have",
    "file_repeated": "清单中的文件重复 the manifest names a file twice",
    "crl": "吊销列表有效 list of revoked certificates, signed by the court",
    "crl_invalid": "吊销列表无效 the list of revoked certificates does not hold",
    "document": "文件与日志一致 document as the log says",
    "document_changed": "文件与日志不符 a document is not the one that the log names",
    "document_missing": "文件缺失 a document of the log is missing",
    "document_unknown": "日志中没有的文件 a document that the log does not name",
    "superseded": "已由后一版本取代 replaced by a later version",
    "assertion": "通行密钥确认有效 confirmed with a passkey, over the digest that was frozen",
    "assertion_invalid": "通行密钥确认不成立 the confirmation with a passkey does not hold",
    "documents_left_out": "副本中未附的文件 documents that are not in this copy",
    "refused": "拒绝签名，已记录在案 refused to sign, on record",
    "report": "证据报告与日志一致 evidence report as the log says",
    "report_missing": "没有证据报告 no evidence report",
    "report_differs": "证据报告与日志不符 the evidence report is not of this log",
    # a signed PDF (transcript/verify.py)
    "archived": "已归档，可长期验证 archived for long-term validation",
    "bad_signature": "签名不成立 a signature does not hold",
    "bytes_after": "末尾有未签名的内容 bytes that no signature covers",
    "changed": "签名后被改动 changed after it was signed",
    "covers_part": "签名未覆盖全文 a signature covers only a part",
    "damaged": "文件损坏 the PDF cannot be read",
    "digest": "内容与签章一致 content as the seal names it",
    "digest_mismatch": "内容与签章不符 content is not what the seal names",
    "not_a_pdf": "不是PDF not a PDF",
    "not_archived": "尚未归档 no archive timestamp: it proves nothing once the keys expire",
    "not_signed": "没有任何签名 the PDF carries no signature",
    "pages": "页面与内容一致 pages as the content prints",
    "pages_not_compared": "页面未能重印比对 pages not printed again for comparison",
    "refusal_sealed": "拒绝签名已载入文件 a refusal to sign stands in the document",
    "revoked": "证书已被吊销 the certificate was revoked before it signed",
    "seal": "法院签章有效 the court's seal holds",
    "seal_allows_changes": "法院签章未禁止改动 the seal does not forbid changes",
    "held_key": "法院代管密钥所作签名有效 signature holds, made with a key that the court's server held",
    "seal_missing": "没有法院签章 the court's seal is missing",
    "seal_not_first": "法院签章不是第一个签名 the seal is not the first signature",
    "signature": "签名有效 signature holds",
    "too_large": "文件过大 the file is too large",
    "transcript_missing": "没有内嵌的笔录数据 no readable record inside the PDF",
    "unknown_root": "未给出受信任的根证书 no trusted root was given: compare the fingerprint with the court's",
    "unsigned": "没有签名，也没有所证明的拒绝 no signature here, and no refusal that is proven",
    "untrusted": "签名证书不受信任 the certificate does not lead to a trusted root, or was not valid then",
    "wrong_certificate": "签名证书与日志不符 signed with another certificate than the log names",
    "wrong_reason": "拒签理由与日志不符 refused for another reason than the log has",
    "wrong_signer": "签名者并非所请之人 signed by somebody who was not asked",
    # time
    "track": "来源 source",
    "gap": "间断 gap",
    "hole": "无原因的缺口 hole without a cause",
    "small_holes": "多处短缺口合计 short holes, tolerated one by one, add up",
    "nothing_recorded": "开庭期间未录到任何音视频 in session, and nothing of anybody is recorded",
    "hole_unjudged": "缺口，原因无从判断 hole; whether it has a cause cannot be told from this",
    "clock_set_back": (
        "服务器时钟被拨慢，日志时间曾停住，此后的缺口无法判断 the server's clock was set back and the log's "
        "times stood still: holes from there on cannot be judged"
    ),
    "clock_step": "服务器时钟跳变 the server's clock was stepped",
}

# The causes of gaps, as the log has them (services/media.py), and of spans that are not recorded.
CAUSES: Mapping[str, str] = {
    "network": "网络 network",
    "device": "设备未开启 device off",
    "malformed": "传来的数据损坏 what arrived was damaged",
    "left": "离开 left",
    "superseded": "换到另一窗口 moved to another window",
    "muted": "静音或暂停 muted or paused",
    "paused": "休庭 hearing paused",
    "consultation": "单独会见 private talk",
    "deliberation": "评议 deliberation",
    "dismissed": "退出法庭 out of the courtroom",
    "elsewhere": "暂不在法庭 not in the courtroom",
    "sealed": "封存 sealed",
    "disk": "磁盘 disk",
    "server": "服务器 server",
    "overrun": "录制过载 recorder overrun",
    "closed": "未共享 not shared",
    "not_arrived": "尚未到庭 not yet there",
    "not_admitted": "尚未获准入庭 not yet admitted",
    "masked": "遮蔽 masked",
}


def words(said: str) -> tuple[str, str]:
    """Chinese and English of what WORDS or CAUSES have: the Chinese holds no space."""
    chinese, _, english = said.partition(" ")
    return chinese, english


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`text` says what it is about, in no language: names, numbers, times. `data` is the same for programs."""

    level: Level
    code: str
    text: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    def line(self) -> str:
        """For a terminal: a stranger's names move no cursor."""
        said = f"{self.level}: {self.code}: {WORDS[self.code]}"
        text = "".join(one if one.isprintable() else "·" for one in self.text)
        return f"{said}: {text}" if text else said

    def plain(self) -> dict[str, Any]:
        return {"level": self.level, "code": self.code, "text": self.text, **self.data}


@dataclass(frozen=True, kw_only=True)
class Report:
    """All that was found of one hearing's record; `ok` when no line is an error."""

    hearing: str
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        return all(finding.level != "error" for finding in self.findings)
