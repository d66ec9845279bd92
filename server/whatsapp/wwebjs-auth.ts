import library from 'whatsapp-web.js';

/**
 * Credentials are the profile directory that the browser was started on, and nothing else. Unlike the library's own
 * strategies this one deletes nothing: neither on a logout nor on a passing state such as CONFLICT, on which the library
 * calls `disconnect()`. Whoever asked for the logout moves the directory away when the browser has ended. (`NoAuth` is the
 * library's base class under the one name that it exports.)
 */
export class ProfileAuth extends library.NoAuth {
  override logout = async (): Promise<void> => {};
  override disconnect = async (): Promise<void> => {};
  override destroy = async (): Promise<void> => {};
}
