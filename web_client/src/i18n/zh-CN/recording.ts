/** What is wrong with the recording, and what to do: by the code of recording/recorder.py. */
export default {
  fault: {
    disk_full: '磁盘已满，现在没有录制。请休庭，由技术人员腾出空间后再继续。',
    disk_error: '磁盘无法写入，现在没有录制。请休庭，由技术人员更换磁盘。',
    one_disk_full: '两块录制磁盘之一已满，另一块仍完整录制。庭审可继续，请技术人员尽快腾出空间。',
    one_disk_error: '两块录制磁盘之一无法写入，另一块仍完整录制。庭审可继续，请技术人员尽快更换。',
    recorder_stalled: '录制程序没有响应，正在自动重启。请暂停发言；半分钟内未恢复则休庭。',
    recorder_died: '录制程序中止，正在自动重启。请暂停发言；半分钟内未恢复则休庭。',
    recorder_behind: '录制跟不上，部分画面或声音缺失，缺失处已记录。请技术人员减轻服务器负担；持续不断则休庭。',
    track_failed: '一路录制中断后已重新开始，中断处已记录。庭审可继续，重要发言请重复一遍。',
    flush_timeout: '最后一段录像尚未存盘。请等录制正常后再定稿，并通知技术人员。',
    not_recorded: '有人的画面或声音没有录制。请休庭，请其重新进入；仍不行则通知技术人员。',
    timestamp_authority: '时间戳机构没有回应：记录照常签名，恢复后自动补盖时间戳。庭审可继续，请通知技术人员。',
    log_copy: '录像旁的日志副本写不进去或被改动过；日志本身完好。庭审可继续，请技术人员检查磁盘。',
    other: '录制出现故障（{code}）。请休庭并通知技术人员。',
  },
};
