// For pages outside the portal's own frame that offer to log out (the administrators' site).
import { forgetAtLogout } from "./device-copies.js";

forgetAtLogout();
