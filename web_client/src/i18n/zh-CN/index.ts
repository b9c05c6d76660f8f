/** 简体中文: every word on the screen, one file an area. English has the same keys. */
import apart from './apart';
import bench from './bench';
import captions from './captions';
import cases from './cases';
import centre from './centre';
import clerk from './clerk';
import common from './common';
import court from './court';
import desk from './desk';
import entering from './entering';
import exhibits from './exhibits';
import exportWords from './exports';
import floor from './floor';
import kiosk from './kiosk';
import messages from './messages';
import objections from './objections';
import papers from './papers';
import playback from './playback';
import recording from './recording';
import staff from './staff';
import talk from './talk';
import verifyWords from './verify';
import waiting from './waiting';

export default {
  ...apart,
  ...bench,
  ...captions,
  ...cases,
  ...centre,
  ...clerk,
  ...common,
  ...court,
  ...desk,
  ...entering,
  ...exhibits,
  ...exportWords,
  ...floor,
  ...kiosk,
  ...messages,
  ...objections,
  ...papers,
  ...playback,
  ...recording,
  ...staff,
  ...talk,
  ...verifyWords,
  ...waiting,
};
