// The first page after the log-in: sends what survey sheets on this device have left unsent, and
// says so.

import { showMessage } from "./portal.js";
import { sendHeld } from "./survey-sync.js";

const { user } = document.body.dataset;

async function send() {
  const { left, sent } = await sendHeld(user);
  if (left.length) showMessage(`Trên máy này còn ${left.length} phiếu khảo sát chưa gửi hết; anh/chị mở mục Khảo sát để xem.`, "warning");
  else if (sent) showMessage(`Phần khảo sát còn giữ trên máy này đã được gửi (${sent} phiếu).`, "success");
}

addEventListener("online", send);
send();
