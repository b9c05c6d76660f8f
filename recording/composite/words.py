"""The words that are burned in: why somebody is not seen, or nothing is. In the court's language."""

CAMERA = {
    "network": "网络中断",
    "device": "设备故障",
    "malformed": "数据损坏",
    "muted": "摄像头已关闭",
    "paused": "休庭",
    "consultation": "单独会见",
    "sealed": "依法封存",
    "disk": "录制磁盘故障",
    "server": "服务器故障",
    "overrun": "录制处理不及",
    "left": "已离开",
    "closed_tab": "已关闭页面",
    "removed": "已责令退出",
    "replaced": "已由他人接替",
    "superseded": "正在换到另一窗口",
    "deliberation": "合议",
    "dismissed": "在庭外",
    "elsewhere": "暂不在法庭",
    "damaged": "录像文件损坏",
    "hidden": "依法不公开",
    "": "无画面",
}
CARDS = {
    "paused": "休庭",
    "suspended": "延期审理",
    "deliberation": "合议（依法不录制）",
    "sealed": "本段依法封存",
}
SILENT = "声音依法不公开"
SOUND_LOST = {"damaged": "录音文件损坏", "muted": "静音"}
SOUND_GAP = "声音中断"
SHARES = "共享屏幕"
EXHIBIT = "出示证据"
RUNNING = "已录"
