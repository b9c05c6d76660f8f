/** Who of the staff is signed in here, as the server last said; and the act that waits for a proof. */
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { codeOf, get, post, type FaultCode } from '@/api/http';
import { readSession, signOut, type SessionInfo, type StaffRole } from '@/api/staff';

export const useStaff = defineStore('staff', () => {
  const session = ref<SessionInfo | null>(null);
  const link = ref(''); // the secret of a set-up link that waits to be used
  const fault = ref<FaultCode | ''>('');
  const proof = ref<{ done: (proved: boolean) => void } | null>(null);
  const me = computed(() => session.value?.account ?? null);
  const has = (...roles: StaffRole[]): boolean => roles.some((role) => me.value?.roles.includes(role));

  async function load(): Promise<void> {
    fault.value = '';
    try {
      session.value = await readSession();
    } catch (error) {
      fault.value = codeOf(error);
    }
  }

  async function leave(): Promise<void> {
    await signOut().catch(() => undefined);
    await load();
  }

  /** Do it; when the session has ended show the sign-in, when a fresh proof is asked for get one first. */
  async function attempt<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (codeOf(error) === 'no_session') await load();
      if (codeOf(error) !== 'prove_again' || !(await proveAgain())) throw error;
      return act();
    }
  }

  const proveAgain = (): Promise<boolean> =>
    new Promise((resolve) => {
      proof.value?.done(false);
      const done = (proved: boolean): void => {
        proof.value = null;
        resolve(proved);
      };
      proof.value = { done };
    });

  const read = <T>(path: string): Promise<T> => attempt(() => get<T>(path));
  const act = <T>(path: string, body: object = {}): Promise<T> => attempt(() => post<T>(path, body, 20_000));
  return { session, link, fault, proof, me, has, load, leave, attempt, read, act };
});
