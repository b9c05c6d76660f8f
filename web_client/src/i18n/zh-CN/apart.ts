/** What holds in the courtroom for a while, and its pages for who may not be in it. */
export default {
  apart: {
    suspended_until: '继续开庭：{time}',
    suspended_open: '继续开庭的时间另行通知。',
    suspended_reason: '原因：{reason}',
    replaced_title: '您的席位已由他人接替',
    replaced_text: '法院已将您在本次庭审中的席位交由他人接替，您此前所为仍以您的名义留存。',
    removed_title: '您已被责令退出法庭',
    removed_text: '审判长已责令您退出本次庭审，不能再次进入。如有疑问，请联系法院。',
    public_title: '本案此时不公开审理',
    public_text: '公开部分恢复后，您会自动看到和听到庭审。',
    deliberating: '合议庭正在评议，请等候。',
    deliberating_bench: '正在评议：只有合议庭成员能听见和看见，不录制。',
    in_charge: '审判长连接中断，由书记员 {name} 暂时维持庭审秩序，所作操作均有标记。',
    judge_gone: '审判长连接中断。',
    take_charge: '代为维持秩序',
    return_charge: '交还',
    countdown: '{time} 后开庭',
    public_excluded: '不公开审理：旁听人员听不到、看不到，且不录制。',
    public_excluded_sealed: '不公开审理：旁听人员听不到、看不到，录音录像予以封存。',
  },
};
