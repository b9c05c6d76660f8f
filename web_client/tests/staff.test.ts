/** The staff's store: an act that asks for a proof is done once it is given, and not before. */
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Refused } from '@/api/http';
import { STAFF_ROLES } from '@/api/staff';
import { destinations, NAVIGATION } from '@/staff/navigation';
import { useStaff } from '@/staff/store';

beforeEach(() => setActivePinia(createPinia()));

/** Refused until somebody has proved who they are. */
function guarded() {
  const state = { proved: false, done: 0 };
  const act = async (): Promise<string> => {
    if (!state.proved) throw new Refused('prove_again');
    state.done += 1;
    return 'done';
  };
  return { state, act };
}

describe('an act of administration', () => {
  it('waits for a proof and is then done once', async () => {
    const staff = useStaff();
    const { state, act } = guarded();
    const result = staff.attempt(act);
    await vi.waitFor(() => expect(staff.proof).not.toBeNull());
    state.proved = true;
    staff.proof?.done(true);
    await expect(result).resolves.toBe('done');
    expect([state.done, staff.proof]).toEqual([1, null]);
  });

  it('is refused when the proof is not given', async () => {
    const staff = useStaff();
    const { state, act } = guarded();
    const result = staff.attempt(act);
    await vi.waitFor(() => expect(staff.proof).not.toBeNull());
    staff.proof?.done(false);
    await expect(result).rejects.toMatchObject({ code: 'prove_again' });
    expect(state.done).toBe(0);
  });

  it('gives way to a second one that asks', async () => {
    const staff = useStaff();
    const first = staff.attempt(guarded().act);
    await vi.waitFor(() => expect(staff.proof).not.toBeNull());
    const second = guarded();
    const later = staff.attempt(second.act);
    await expect(first).rejects.toMatchObject({ code: 'prove_again' });
    await vi.waitFor(() => expect(staff.proof).not.toBeNull());
    second.state.proved = true;
    staff.proof?.done(true);
    await expect(later).resolves.toBe('done');
  });
});

describe('the way to the pages', () => {
  it('is shown to their roles, and one’s own account to everybody', () => {
    for (const role of STAFF_ROLES) {
      const shown = destinations([role]).map((one) => one.to);
      expect(shown).toContain('/staff/account');
      expect(shown.includes('/staff/accounts')).toBe(role === 'administrator');
      expect(shown.includes('/staff/audit')).toBe(role === 'auditor');
    }
    expect(new Set(NAVIGATION.map((one) => one.to)).size).toBe(NAVIGATION.length);
  });
});
